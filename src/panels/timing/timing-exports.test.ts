import { expect, test } from 'vitest';
import type { PageState } from '../../state/page-store';
import { TIMING_EXPORTS } from './timing-exports';

test('the prompt and every step have their own time', () => {
  const run = {
    prefill: { done: 64, total: 64, ms: 320 },
    generated: [
      { id: 1, piece: ' 4', decodeMs: 0 },
      { id: 2, piece: '8', decodeMs: 20 },
      { id: 3, piece: '2', decodeMs: 45 },
    ],
  };
  expect(TIMING_EXPORTS.numbers({ run } as PageState)?.rows).toEqual([
    ['prefill', null, null, 64, 320],
    ['decode', 2, '8', 1, 20],
    ['decode', 3, '2', 1, 25],
  ]);
  expect(TIMING_EXPORTS.numbers({ run: null } as PageState)).toBeNull();
});
