/**
 * What every entry promises, whatever it is. An entry is tested by being in its registry and having its test
 * vector, `<id>.oracle.ts`, beside it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEVER_EVICTED } from '../engine/inspection';
import { PAGE_SLOTS } from '../engine/kernels';
import { compressionPoint } from '../engine/strategy';
import type { Calibration } from './calibration';
import { PRESETS } from './presets';
import { entryOf, type StrategyChoice } from './registry';
import { type AXES, completeValues, type ParameterValues } from './schema';
import {
  CHUNK,
  difference,
  ENTRIES,
  IDS,
  LENGTH,
  NEW_TOKENS,
  OTHER_ID,
  PARTS,
  type Result,
  SHAPE,
  Subject,
  sum,
} from './testing';

let subject: Subject;
let dense: Float32Array;

beforeAll(async () => {
  subject = await Subject.create();
  dense = (await subject.run(PRESETS[0].choice, null)).logits;
});
afterAll(() => subject.destroy());

/** The entry with its values, and nothing special on the other axes. */
function alone(axis: (typeof AXES)[number], id: string, values: ParameterValues): StrategyChoice {
  const { parameters } = entryOf(axis, id);
  const choice = structuredClone(PRESETS[0].choice);
  choice[axis] = { id, values: completeValues(id, parameters, values) };
  return choice;
}

describe.each(ENTRIES)('$name', ({ axis, entry, oracle }) => {
  const calibration: Calibration | null = oracle?.calibration
    ? { model: 'random', ...oracle.calibration(SHAPE) }
    : null;
  const chosen = (values: ParameterValues) => alone(axis, entry.id, values);
  const complete = (values: ParameterValues) => completeValues(entry.id, entry.parameters, values);

  it('has a test vector', () => {
    expect(oracle).toBeTruthy();
  });
  if (!oracle) return;

  const again = () => subject.run(chosen(oracle.small), calibration);
  let first: Promise<Result> | undefined;
  /** The run under the small values; all tests look at the same one. */
  const small = () => {
    first ??= again();
    return first;
  };
  const { full } = oracle;
  if (full) {
    it('equals dense attention when nothing is left out', async () => {
      const { logits } = await subject.run(chosen(full), calibration);
      expect(difference(logits, dense)).toBeLessThan(1e-4);
    });
  }

  for (const values of [oracle.small, ...(oracle.others ?? [])]) {
    it(`equals its plain reference: ${JSON.stringify(values)}`, async () => {
      const found = await (values === oracle.small
        ? small()
        : subject.run(chosen(values), calibration));
      const methods = oracle.reference(complete(values), SHAPE, calibration);
      subject.expectReference(found, methods, oracle.tolerance?.value);
    });
  }

  it('holds, computes and reads no more than it says', async () => {
    const { state, counts, keptAfterPrompt, strategy } = await small();
    const tokens = LENGTH + NEW_TOKENS - 1;
    const heads = SHAPE.layers * SHAPE.heads;
    const costOf = (length: number): Record<string, number> => ({
      ...entry.cost(length, complete(oracle.small), SHAPE),
    });
    if (axis === 'cache') {
      // A policy that evicts once keeps all that is read after that.
      const once = !entry.traits?.some((trait) => /^(evicts|streams)-/.test(trait));
      const read = once ? compressionPoint(strategy.cache, { length: LENGTH, ...PARTS }) : tokens;
      const most = (costOf(read).slotsHeld + tokens - read) * state.slots.length;
      expect(sum(state.slots)).toBeLessThanOrEqual(Math.ceil(most));
      // Pages of the sinks and of the oldest entries may be part empty.
      const entries = sum(state.slots.map((slots) => Math.ceil(slots / PAGE_SLOTS) + 2));
      expect(state.pagesHeld).toBeLessThanOrEqual(entries);
    }
    expect(state.pagesHeld).toBe(sum(state.pages));
    expect(state.pagesHeld * PAGE_SLOTS).toBeGreaterThanOrEqual(sum(keptAfterPrompt.map(() => 1)));
    if (axis === 'prefill') {
      const { attendedPairs } = costOf(LENGTH);
      expect(sum(counts.filter((_, i) => i % 2 === 0))).toBeLessThanOrEqual(attendedPairs * heads);
    }
    if (axis === 'decode') {
      const steps = NEW_TOKENS - 1;
      const read = sum(counts.filter((_, i) => i % 2 === 1));
      expect(read).toBeLessThanOrEqual(Math.ceil(costOf(tokens).slotsRead * heads * steps));
    }
  });

  const { protects } = oracle;
  if (protects) {
    it('keeps what it protects', async () => {
      const { keptAfterPrompt } = await small();
      for (const kept of keptAfterPrompt) {
        expect(kept).toEqual(expect.arrayContaining(protects(complete(oracle.small), LENGTH)));
      }
    });
  }

  if (axis === 'cache') {
    it('says why entries leave, and by which score', async () => {
      const { evictedAt, lostScores } = (await small()).evictions;
      expect(entry.leaving !== undefined).toBe(evictedAt.some((at) => at !== NEVER_EVICTED));
      expect(entry.scoreMeaning !== undefined).toBe(lostScores !== null);
    });
  }

  it('never looks at what comes later', async () => {
    const changed = [...IDS];
    const at = 100;
    changed[at] = OTHER_ID(changed[at]);
    const before = await small();
    const after = await subject.run(chosen(oracle.small), calibration, changed);
    // Where the choice of keys looks ahead, it looks no further than its chunk.
    const rows = (entry.causality ?? 'exact') === 'exact' ? at : at - (at % CHUNK);
    const tokens = LENGTH + NEW_TOKENS;
    for (let head = 0; head < SHAPE.layers * SHAPE.heads; head++) {
      const row = (lse: Float32Array) => lse.subarray(head * tokens, head * tokens + rows);
      expect(difference(row(after.lse), row(before.lse))).toBeLessThan(1e-5);
    }
    const later = (lse: Float32Array) => lse.subarray(at, LENGTH);
    expect(difference(later(after.lse), later(before.lse))).toBeGreaterThan(1e-5);
  });

  it('gives the same result again', async () => {
    const [one, two] = [await small(), await again()];
    expect(two.generated).toEqual(one.generated);
    expect(two.logits).toEqual(one.logits);
    expect(two.keptAtEnd).toEqual(one.keptAtEnd);
  });
});
