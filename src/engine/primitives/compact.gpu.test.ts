import { describe, expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { runKernel } from '../run-kernel';
import { COMPACT, MARK_DROPPED } from './cache-work';
import { pagedHeads } from './testing';

const next = randomStream(23);
const random = (length: number) => Float32Array.from({ length }, next);

/** Lists u32[heads, 1 + stride] of slots that stay; behind them, the rest of a longer list from before. */
function keepLists(lists: number[][], stride: number): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array(lists.length * (1 + stride));
  lists.forEach((list, head) => {
    const before = (list.at(-1) ?? -1) + 1;
    data.fill(before, head * (1 + stride), (head + 1) * (1 + stride));
    data.set([list.length, ...list], head * (1 + stride));
  });
  return data;
}

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

describe('mark-dropped', () => {
  it('notes the next query for slots that are in no list', async () => {
    const [tokens, capacity, position] = [2, 410, 310];
    const held = [0, 62, 198, 63];
    const cache = pagedHeads(
      held.map((slots) => ({ slots })),
      tokens,
      next,
    );
    const slots = held.map((count) => count + tokens);
    const lists = [[], [slots[1] - 1], some(slots[2], 0.5), range(slots[3])];
    const place = (head: number, slot: number) => 2 * slot + head;
    const evictedAt = new Uint32Array(held.length * capacity).fill(0xffffffff);
    // Hidden by a window before.
    const hidden = capacity + place(1, 30);
    evictedAt[hidden] = 290;
    const entries = new Uint32Array(cache.rows * 2);
    const expected = evictedAt.slice();
    slots.forEach((count, head) => {
      for (let slot = 0; slot < count; slot++) {
        entries[2 * cache.row(head, slot)] = place(head, slot);
        const at = head * capacity + place(head, slot);
        if (!lists[head].includes(slot) && at !== hidden) expected[at] = position + tokens;
      }
    });
    const { evicted_at } = await runKernel(MARK_DROPPED, {
      constants: { HEADS: 2, KV_HEADS: 2, LIST_STRIDE: 220 },
      frame: { ...cache.frame, position },
      cacheTable: cache.cacheTable,
      inputs: {
        store: new Uint32Array([capacity, 0, 0, 0]),
        entries,
        lists: keepLists(lists, 220),
        evicted_at: evictedAt,
      },
      outputs: ['evicted_at'],
      workgroups: [Math.ceil(Math.max(...slots) / 64), held.length],
    });
    expect(new Uint32Array(evicted_at)).toEqual(expected);
  });
});
