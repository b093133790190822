import { describe, expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { FORCED } from '../../reference/select';
import { runKernel } from '../run-kernel';
import { LOWEST_KEPT, MARK_DROPPED } from './cache-work';
import { keepLists, pagedHeads } from './testing';

const next = randomStream(29);
const range = (length: number) => Array.from({ length }, (_, i) => i);
const some = (slots: number, share: number) => range(slots).filter(() => next() < 2 * share - 1);

/** Two layers of two KV heads; the last drops nothing, the first everything. */
const TOKENS = 2;
const POSITION = 310;
const CAPACITY = 410;
const VALUE_STRIDE = 230;
const LIST_STRIDE = 220;
const HELD = [0, 62, 198, 63];
const SLOTS = HELD.map((count) => count + TOKENS);
const LISTS = [[], [SLOTS[1] - 1], some(SLOTS[2], 0.5), range(SLOTS[3])];
const cache = pagedHeads(
  HELD.map((slots) => ({ slots })),
  TOKENS,
  next,
);
/** Where the entry of a slot stands in the text. */
const place = (head: number, slot: number) => 2 * slot + head;
const values = Float32Array.from({ length: HELD.length * VALUE_STRIDE }, next);
const bits = (numbers: Float32Array) => new Uint32Array(numbers.buffer);

const shared = {
  frame: { ...cache.frame, position: POSITION },
  cacheTable: cache.cacheTable,
};
const inputs = {
  store: new Uint32Array([CAPACITY, 0, 0, 0]),
  lists: keepLists(LISTS, LIST_STRIDE),
  values,
};
const constants = { HEADS: 2, KV_HEADS: 2, LIST_STRIDE, VALUE_STRIDE };

describe('mark-dropped', () => {
  it.each([true, false])('notes the slots that are in no list; ranked: %s', async (ranked) => {
    const entries = new Uint32Array(cache.rows * 2);
    const evictedAt = new Uint32Array(HELD.length * CAPACITY).fill(0xffffffff);
    const lostScores = new Float32Array(HELD.length * CAPACITY).fill(Number.NaN);
    // Hidden by a window before.
    const hidden = CAPACITY + place(1, 30);
    evictedAt[hidden] = 290;
    const expectedAt = evictedAt.slice();
    const expectedScores = lostScores.slice();
    SLOTS.forEach((count, head) => {
      for (let slot = 0; slot < count; slot++) {
        entries[2 * cache.row(head, slot)] = place(head, slot);
        const at = head * CAPACITY + place(head, slot);
        if (LISTS[head].includes(slot) || at === hidden) continue;
        expectedAt[at] = POSITION + TOKENS;
        if (ranked) expectedScores[at] = values[head * VALUE_STRIDE + slot];
      }
    });
    const found = await runKernel(MARK_DROPPED, {
      ...shared,
      constants: { ...constants, RANKED: ranked ? 1 : 0 },
      inputs: { ...inputs, entries, evicted_at: evictedAt, lost_scores: lostScores },
      outputs: ['evicted_at', 'lost_scores'],
      workgroups: [Math.ceil(Math.max(...SLOTS) / 64), HELD.length],
    });
    expect(new Uint32Array(found.evicted_at)).toEqual(expectedAt);
    expect(new Uint32Array(found.lost_scores)).toEqual(bits(expectedScores));
  });
});

describe('lowest-kept', () => {
  it('notes the lowest value that was enough, of heads that drop something', async () => {
    const ranked = values.slice();
    // The newest of the third head stay whatever they score; the only one left of the second too.
    const forced = [1, 2].map((head) => head * VALUE_STRIDE + (LISTS[head].at(-1) ?? 0));
    for (const at of forced) ranked[at] = FORCED;
    const before = new Float32Array(HELD.length * (CAPACITY + 1)).fill(Number.NaN);
    const expected = before.slice();
    const kept = LISTS[2].slice(0, -1).map((slot) => values[2 * VALUE_STRIDE + slot]);
    expected[2 * (CAPACITY + 1) + POSITION + TOKENS] = Math.min(...kept);
    const { lowest_kept } = await runKernel(LOWEST_KEPT, {
      ...shared,
      constants,
      inputs: { ...inputs, values: ranked, lowest_kept: before },
      outputs: ['lowest_kept'],
      workgroups: [HELD.length, 1],
    });
    expect(new Uint32Array(lowest_kept)).toEqual(bits(expected));
  });
});
