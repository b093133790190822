/** Values of several axes together, held against the references of each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReferenceMethods } from '../reference/methods/method';
import type { Calibration } from './calibration';
import { PRESETS } from './presets';
import { completeChoice } from './registry';
import { AXES, type Axis } from './schema';
import { ENTRIES, SHAPE, Subject } from './testing';

/** Pairs that the papers compose, and pairs that share a mechanism: plans, ragged heads, lists, biases. */
const COMBINATIONS: Partial<Record<Axis, string>>[] = [
  { prefill: 'minference', cache: 'snapkv' },
  { cache: 'duo', decode: 'lserve' },
  { cache: 'duo', decode: 'quest' },
  { prefill: 'xattention', cache: 'ada-kv', decode: 'quest' },
  { prefill: 'flex-prefill', decode: 'squeezed' },
  { prefill: 'vertical-slash', cache: 'h2o' },
  { cache: 'razor', score: 'steering' },
  { cache: 'a2sf', score: 'log-n' },
  { cache: 'snapkv', decode: 'recycled', score: 'temperature' },
  { decode: 'tidal-decode', score: 'head-mask' },
  { prefill: 'a-shape', cache: 'quantised' },
];

let subject: Subject;
beforeAll(async () => {
  subject = await Subject.create();
});
afterAll(() => subject.destroy());

describe('combinations', () => {
  it.each(COMBINATIONS)('%o', async (combination) => {
    const choice = structuredClone(PRESETS[0].choice);
    const methods: ReferenceMethods = {};
    let calibration: Calibration = { model: 'random' };
    for (const axis of AXES) {
      const id = combination[axis];
      const found = ENTRIES.find(
        (candidate) => candidate.axis === axis && candidate.entry.id === id,
      );
      if (id === undefined) continue;
      if (!found?.oracle) throw new Error(`There is no ${axis} ${id} with a test vector.`);
      choice[axis] = { id, values: found.oracle.small };
      calibration = { ...calibration, ...found.oracle.calibration?.(SHAPE) };
    }
    const complete = completeChoice(choice);
    for (const { axis, entry, oracle } of ENTRIES) {
      if (combination[axis] !== entry.id || !oracle) continue;
      Object.assign(methods, oracle.reference(complete[axis].values, SHAPE, calibration));
    }
    expect(Object.keys(methods).length).toBeGreaterThanOrEqual(Object.keys(combination).length);
    subject.expectReference(await subject.run(complete, calibration), methods);
  });
});
