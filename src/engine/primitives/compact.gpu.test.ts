import { describe, expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { runKernel } from '../run-kernel';
import { COMPACT } from './cache-work';
import { keepLists, pagedHeads } from './testing';

const next = randomStream(23);
const random = (length: number) => Float32Array.from({ length }, next);

const range = (length: number) => Array.from({ length }, (_, i) => i);
const some = (slots: number, share: number) => range(slots).filter(() => next() < 2 * share - 1);

/** Two layers of two KV heads of these numbers of slots, and what stays of them. */
const CASES: [headDim: number, slots: number[], keep: (slots: number, head: number) => number[]][] =
  [
    [4, [1, 300, 17, 1030], (slots) => some(slots, 0.5)],
    [12, [33, 100, 257, 16], (slots) => some(slots, 0.9)],
    // A batch ends in the middle of an entry; one slot at the front leaves.
    [20, [200, 64, 65, 15], (slots) => range(slots).slice(1)],
    // Counts of 0, 1 and all, and one slot in the middle that leaves.
    [
      32,
      [40, 70, 120, 90],
      (slots, head) =>
        [[], [slots - 1], range(slots), range(slots).filter((slot) => slot !== 50)][head],
    ],
    [128, [150, 31, 48, 16], (slots) => some(slots, 0.3)],
  ];

describe('compact', () => {
  it.each(CASES)('heads of %i, slots %j', async (headDim, slots, keep) => {
    const tokens = 3;
    const cache = pagedHeads(
      slots.map((count) => ({ slots: count })),
      tokens,
      next,
    );
    const lists = slots.map((count, head) => keep(count, head));
    const pools: Record<string, Float32Array<ArrayBuffer>> = {
      keys: random(cache.rows * headDim),
      values: random(cache.rows * headDim),
      entries: random(cache.rows * 2),
      scores: random(cache.rows),
    };
    for (const hasScores of [0, 1]) {
      const result = await runKernel(COMPACT, {
        constants: {
          HEADS: 2,
          KV_HEADS: 2,
          LANES: headDim / 4,
          LIST_STRIDE: 1100,
          HAS_SCORES: hasScores,
        },
        frame: cache.frame,
        cacheTable: cache.cacheTable,
        inputs: { ...pools, lists: keepLists(lists, 1100) },
        outputs: Object.keys(pools),
        workgroups: [4, 1],
      });
      for (const [name, pool] of Object.entries(pools)) {
        const width = pool.length / cache.rows;
        const expected = pool.slice();
        if (name !== 'scores' || hasScores) {
          lists.forEach((list, head) => {
            list.forEach((slot, to) => {
              const source = cache.row(head, slot) * width;
              expected.set(pool.subarray(source, source + width), cache.row(head, to) * width);
            });
          });
        }
        // What lies behind the kept slots and in other pages stays as it was.
        const found = new Float32Array(result[name]);
        const wrong = expected.findIndex((value, i) => value !== found[i]);
        expect(wrong, `${name}, scores ${hasScores}`).toBe(-1);
      }
    }
  });
});
