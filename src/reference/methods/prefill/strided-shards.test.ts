import { expect, test } from 'vitest';
import { range } from '../decode/range';
import type { MethodShape } from '../method';
import { stridedShards } from './strided-shards';
import { blocksOfRow, chunkOf, keysOfRow, randomView } from './testing';

const FOUR: MethodShape = { layers: 1, heads: 4, kvHeads: 4, headDim: 2 };
const values = { block: 2, local: 2, stride: 4, denseHeads: 0 };
const view = randomView(FOUR, 16);

/** chosen[head][query block]: key blocks. */
function table(method: ReturnType<typeof stridedShards>, heads = 4) {
  const mask = method(view);
  return range(0, heads).map((head) =>
    range(0, 8).map((row) => blocksOfRow(mask, view, row, values.block, head)),
  );
}

const shards = table(stridedShards(values, FOUR));

test('four heads over eight blocks: the last row and the counts', () => {
  expect(shards.map((rows) => rows[7])).toEqual([
    [0, 4, 6, 7],
    [3, 6, 7],
    [2, 6, 7],
    [1, 5, 6, 7],
  ]);
  expect(shards.map((rows) => rows.flat().length)).toEqual([23, 18, 19, 21]);
});

test('together the heads see the whole text', () => {
  range(0, 8).forEach((row) => {
    const union = new Set(shards.flatMap((rows) => rows[row]));
    expect([...union].sort()).toEqual(range(0, row + 1));
  });
});

test('a block that left the window and is not needed is never needed again', () => {
  for (const rows of shards) {
    for (const [row, blocks] of rows.slice(1).entries()) {
      const distant = blocks.filter((block) => block <= row);
      expect(rows[row]).toEqual(expect.arrayContaining(distant));
    }
  }
});

test('query heads of one KV head see the same, and the shift grows where KV heads are few', () => {
  const grouped = table(stridedShards(values, { ...FOUR, kvHeads: 2 }));
  expect(grouped[1]).toEqual(grouped[0]);
  expect(grouped[3]).toEqual(grouped[2]);
  // Two KV heads share the stride of 4: the second is shifted by 2.
  expect(grouped[2][7]).toEqual([2, 6, 7]);
});

test('dense heads are the last KV heads', () => {
  const dense = table(stridedShards({ ...values, denseHeads: 1 }, { ...FOUR, kvHeads: 2 }));
  expect(dense.map((rows) => rows[7].length === 8)).toEqual([false, false, true, true]);
});

test('residues count from the beginning of the text, also in a later chunk', () => {
  const chunk = chunkOf(view, 8, 16);
  const mask = stridedShards(values, FOUR)(chunk);
  expect(blocksOfRow(mask, chunk, 3, values.block, 3)).toEqual([1, 5, 6, 7]);
});

test('a stride of 1 is dense; causal rows end at the query', () => {
  const mask = stridedShards({ ...values, local: 1, stride: 1 }, FOUR)(view);
  expect(keysOfRow(mask, view, 12, 2)).toEqual(range(0, 13));
});
