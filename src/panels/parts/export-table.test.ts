import { expect, test } from 'vitest';
import { csvOf, fileName, jsonOf, recordsOf, type Table } from './export-table';

const TABLE: Table = {
  columns: ['strategy', 'found', 'kv_bytes', 'note'],
  rows: [
    ['dense', true, 1024, 'said "yes", twice'],
    ['two\nlines', false, null, ''],
  ],
};

test('CSV quotes what would break a line, and leaves the unknown empty', () => {
  expect(csvOf(TABLE)).toBe(
    'strategy,found,kv_bytes,note\r\ndense,true,1024,"said ""yes"", twice"\r\n"two\nlines",false,,\r\n',
  );
});

test('records name every cell', () => {
  expect(recordsOf(TABLE)[1]).toEqual({
    strategy: 'two\nlines',
    found: false,
    kv_bytes: null,
    note: '',
  });
});

test('JSON holds typed arrays as lists', () => {
  const text = jsonOf({ pages: Uint32Array.of(1, 2), weights: [Float32Array.of(0.5)], n: null });
  expect(JSON.parse(text)).toEqual({ pages: [1, 2], weights: [[0.5]], n: null });
});

test('file names are plain', () => {
  expect(fileName(['needle-2.4m', 'StreamingLLM, 128 + 4', 'KV cache'], 'svg')).toBe(
    'needlescope_needle-2.4m_streamingllm-128-+-4_kv-cache.svg',
  );
  expect(fileName(['../..', '', 'Heads'], 'csv')).toBe('needlescope_heads.csv');
});
