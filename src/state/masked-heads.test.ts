import { expect, test } from 'vitest';
import { maskedHeads, toggledHead } from './masked-heads';

const SOFTMAX = { id: 'softmax', values: {} };

test('the first masked head switches the score axis, the last one switches it back', () => {
  const one = toggledHead(SOFTMAX, { layer: 2, head: 5 });
  expect(one).toEqual({ id: 'head-mask', values: { heads: '2.5' } });
  const two = toggledHead(one, { layer: 2, head: 0 });
  expect(two.values.heads).toBe('2.0,2.5');
  expect(maskedHeads(two)).toHaveLength(2);
  expect(toggledHead(toggledHead(two, { layer: 2, head: 0 }), { layer: 2, head: 5 })).toEqual(
    SOFTMAX,
  );
});
