import { expect, test } from 'vitest';
import { CELL_EVICTED, CELL_FUTURE } from '../../worker/protocol';
import { topKeys } from './top-keys';

test('largest weights first, without cells that have none', () => {
  const weights = Float32Array.of(0.25, CELL_EVICTED, 0.5, 0.25, CELL_FUTURE);
  expect(topKeys(weights, 2)).toEqual([
    { key: 2, weight: 0.5 },
    { key: 0, weight: 0.25 },
  ]);
  expect(topKeys(weights, 10)).toHaveLength(3);
});
