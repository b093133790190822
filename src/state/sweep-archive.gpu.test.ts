import { expect, test } from 'vitest';
import { planId } from '../needle/sweep/check-plan';
import { samplesOf } from '../needle/sweep/order';
import { testOutcome, testPlan } from '../needle/sweep/testing';
import { createSweepArchive } from './sweep-archive';

const PLAN = testPlan();
const ID = planId(PLAN);
const OUTCOMES = samplesOf(PLAN).map((id) => testOutcome(id));

test('keeps sweeps and their outcomes for the next visit, and lets go of them', async () => {
  const archive = createSweepArchive();
  expect(await archive.list()).toEqual([]);
  expect(await archive.keep(ID, PLAN)).toEqual({ plan: PLAN, outcomes: [] });
  for (const outcome of OUTCOMES.slice(0, 5)) await archive.add(ID, outcome);

  const later = createSweepArchive();
  const { plan, outcomes } = await later.read(ID);
  expect(plan).toEqual(PLAN);
  // They come in the order of their keys, not in that in which they were added.
  expect(outcomes).toHaveLength(5);
  for (const outcome of OUTCOMES.slice(0, 5)) expect(outcomes).toContainEqual(outcome);
  expect(await later.list()).toMatchObject([{ id: ID, plan: PLAN, done: 5 }]);

  // The same sample again is no second outcome.
  const other = testOutcome(OUTCOMES[0], { answer: 'another' });
  await later.add(ID, other);
  expect((await later.list())[0].done).toBe(5);
  expect((await later.read(ID)).outcomes).toContainEqual(other);

  // More samples of the same sweep; fewer change nothing.
  const more = testPlan({ samples: 7 });
  expect((await later.keep(ID, more)).plan.samples).toBe(7);
  expect((await later.keep(ID, PLAN)).plan.samples).toBe(7);

  const second = testPlan({ seed: 2 });
  await later.keep(planId(second), second);
  await later.add(planId(second), OUTCOMES[0]);
  expect((await later.list()).map(({ id }) => id)).toContain(planId(second));
  await later.remove(ID);
  expect((await later.list()).map(({ id, done }) => [id, done])).toEqual([[planId(second), 1]]);
  await expect(later.read(ID)).rejects.toThrow('no longer kept');
  await later.remove(planId(second));
});

test('a storage that refuses says so', async () => {
  const archive = createSweepArchive();
  const uncloneable = { ...OUTCOMES[0], toString: () => '' };
  await expect(archive.add(ID, uncloneable)).rejects.toThrow('could not keep the sweep');
});
