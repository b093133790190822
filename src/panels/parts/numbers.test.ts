import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatMs,
  formatPercent,
  formatRate,
  formatSi,
  formatWeight,
} from './numbers';

test('every number carries its unit', () => {
  expect([0, 999, 1000, 1_638_400, 2.5e9].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '1.64 MB',
    '2.5 GB',
  ]);
  expect([0.5, 97.53, 1500, 95_000].map(formatMs)).toEqual([
    '0.5 ms',
    '97.5 ms',
    '1.5 s',
    '1 min 35 s',
  ]);
  expect(formatRate(18, 1750)).toBe('10.3 tokens/s');
  expect(formatRate(0, 0)).toBe('–');
  expect(formatPercent(0.2725)).toBe('27.3 %');
  expect([512, 3_151_872].map(formatCompact)).toEqual(['512', '3.15M']);
});

test('rates have a prefix of the SI', () => {
  const rates = [0, 0.02, 999, 1000, 12_345, 3.35e12, 2e18].map((rate) => formatSi(rate, 'B/s'));
  expect(rates).toEqual([
    '0 B/s',
    '20 mB/s',
    '999 B/s',
    '1 kB/s',
    '12.3 kB/s',
    '3.35 TB/s',
    '2,000 PB/s',
  ]);
  expect(formatSi(1e9, '')).toBe('1 G');
});

test('small weights keep their digits', () => {
  expect([0, 0.62107, 0.0001, 1.41e-8].map(formatWeight)).toEqual([
    '0',
    '0.6211',
    '0.0001',
    '1.41e-8',
  ]);
});
