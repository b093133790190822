import { expect, test } from 'vitest';
import { maskedHeads, maskOf, toggledHead } from './masked-heads';

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

test('a mask lists each head once, by layer and head', () => {
  const heads = [
    { layer: 10, head: 1 },
    { layer: 2, head: 3 },
    { layer: 10, head: 1 },
    { layer: 2, head: 0 },
  ];
  expect(maskOf(heads).values.heads).toBe('2.0,2.3,10.1');
  expect(heads[0].layer).toBe(10);
  expect(maskOf([])).toEqual(SOFTMAX);
});
