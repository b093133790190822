import { expect, test } from 'vitest';
import { blockSparse } from './block-sparse';
import { blocksOfRow, chunkOf, keysOfRow, ONE_HEAD, pairsOf, scalarView } from './testing';

// Means of the key blocks: 3, 1, 2, 0; of the query blocks: 1, 1, −1, 1.
const view = scalarView([0, 2, 1, 1, -2, 0, 3, -1], [6, 0, 1, 1, -1, 5, 0, 0]);
const mask = blockSparse({ block: 2, blocks: 2 }, ONE_HEAD)(view);

test('the best key block by means joins the diagonal block', () => {
  expect([0, 1, 2, 3].map((row) => blocksOfRow(mask, view, row, 2))).toEqual([
    [0],
    [0, 1],
    [1, 2],
    [0, 3],
  ]);
});

test('blocks are computed whole', () => {
  expect(keysOfRow(mask, view, 6)).toEqual([0, 1, 6]);
  expect(keysOfRow(mask, view, 7)).toEqual([0, 1, 6, 7]);
});

test('a chunk chooses as the whole prompt does', () => {
  const chunk = chunkOf(view, 4, 8);
  const chosen = blockSparse({ block: 2, blocks: 2 }, ONE_HEAD)(chunk);
  expect(blocksOfRow(chosen, chunk, 0, 2)).toEqual([1, 2]);
  expect(blocksOfRow(chosen, chunk, 1, 2)).toEqual([0, 3]);
});

test('the budget counts the diagonal block', () => {
  expect(pairsOf(blockSparse({ block: 2, blocks: 1 }, ONE_HEAD), view).size).toBe(4 * 3);
  expect(pairsOf(blockSparse({ block: 2, blocks: 2 }, ONE_HEAD), view).size).toBe(4 * 3 + 3 * 4);
});
