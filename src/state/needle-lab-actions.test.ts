import { describe, expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { SampleOutcome, SampleResult, SweepPlan } from '../needle/sweep/plan';
import type { SampleRequest } from '../needle/sweep/run-sweep';
import { testResult } from '../needle/sweep/testing';
import type { Trouble } from '../trouble';
import type { ModelInfo, Outcome } from '../worker/protocol';
import { createNeedleLabActions } from './needle-lab-actions';
import { draftProblem, planOf } from './needle-lab-state';
import { createPageStore } from './page-store';
import { setupFrom } from './setup';
import type { SweepArchive } from './sweep-archive';

const MODEL = { name: 'tiny', parameters: 99, precision: 'f32' } as ModelInfo;

/** The archive's promises, kept in memory. */
function memoryArchive(): SweepArchive {
  const sweeps = new Map<string, { plan: SweepPlan; outcomes: SampleOutcome[] }>();
  const found = (id: string) => sweeps.get(id) ?? Promise.reject(new Error('gone'));
  return {
    list: async () =>
      [...sweeps].map(([id, { plan, outcomes }]) => ({
        id,
        plan,
        done: outcomes.length,
        begunAt: 0,
      })),
    async keep(id, plan) {
      const { outcomes } = sweeps.get(id) ?? { outcomes: [] };
      sweeps.set(id, { plan, outcomes });
      return { plan, outcomes: [...outcomes] };
    },
    read: async (id) => structuredClone(await found(id)),
    add: async (id, outcome) => void (await found(id)).outcomes.push(outcome),
    remove: async (id) => void sweeps.delete(id),
  };
}

function page(
  answer: (request: SampleRequest) => Promise<Outcome<SampleResult | null>>,
  archive = memoryArchive(),
) {
  const selection = { layer: 0, head: 0, query: null, key: null, step: null };
  const store = createPageStore(setupFrom(defaultPrompt(1)), selection);
  store.setState({ model: MODEL });
  const asked: SampleRequest[] = [];
  const troubles: (Trouble | null)[] = [];
  let stops = 0;
  const engine = {
    sample(request: SampleRequest) {
      asked.push(request);
      return answer(request);
    },
    async stopSample() {
      stops++;
    },
  };
  const report = (_source: string, trouble: Trouble | null) => void troubles.push(trouble);
  const actions = createNeedleLabActions(engine, store, report, archive);
  actions.changeDraft({ lengths: '64', depths: '0 100', numbers: { samples: 2, seed: 1 } });
  const lab = () => store.getState().needleLab;
  return { actions, store, lab, asked, troubles, archive, stops: () => stops };
}

const right = async () => ({ ok: true as const, value: testResult() });

describe('a sweep of the page', () => {
  test('asks every sample, shows it, and keeps it', async () => {
    const { actions, lab, asked, archive } = page(async () => {
      expect(lab().progress).toMatchObject({ total: 12, stopping: false });
      expect(lab().progress?.current).not.toBeNull();
      return right();
    });
    await actions.startSweep();
    expect(asked).toHaveLength(2 * 2 * 3);
    const { sweep, progress, stored } = lab();
    expect(progress).toBeNull();
    expect(sweep?.outcomes).toHaveLength(12);
    expect(stored).toMatchObject([{ id: sweep?.id, done: 12 }]);
    expect((await archive.read(sweep?.id ?? '')).outcomes).toEqual(sweep?.outcomes);
  });

  test('stopped, it gives up the sample under way; resumed, it asks only what is missing', async () => {
    const { actions, lab, asked, stops } = page(async () => {
      if (asked.length === 3) {
        actions.stopSweep();
        return { ok: true, value: null };
      }
      return right();
    });
    await actions.startSweep();
    expect(stops()).toBe(1);
    expect(lab().sweep?.outcomes).toHaveLength(2);
    expect(lab().progress).toBeNull();
    await actions.resumeSweep();
    expect(lab().sweep?.outcomes).toHaveLength(12);
    expect(asked).toHaveLength(3 + 10);
  });

  test('after a reload it is listed, opened, and goes on; so it does when it is started again', async () => {
    const archive = memoryArchive();
    const first = page(async () => {
      if (first.asked.length === 6) first.actions.stopSweep();
      return right();
    }, archive);
    await first.actions.startSweep();
    const second = page(right, archive);
    await second.actions.listSweeps();
    const [stored] = second.lab().stored;
    expect(stored.done).toBe(6);
    await second.actions.openSweep(stored.id);
    expect(second.lab().sweep?.outcomes).toHaveLength(6);
    await second.actions.resumeSweep();
    expect(second.asked).toHaveLength(6);
    const third = page(right, archive);
    await third.actions.startSweep();
    expect(third.asked).toHaveLength(0);
    expect(third.lab().sweep?.outcomes).toHaveLength(12);
  });

  test('does not go on with another model', async () => {
    const { actions, store, asked, lab, troubles } = page(async () => {
      actions.stopSweep();
      return right();
    });
    await actions.startSweep();
    store.setState({ model: { ...MODEL, name: 'other' } });
    await actions.resumeSweep();
    expect(asked).toHaveLength(1);
    expect(troubles.at(-1)?.what).toContain('differ in model: tiny, 99 parameters and other');
    expect(lab().progress).toBeNull();
  });

  test('a trouble of the archive ends it and is reported; what was kept stays', async () => {
    const archive = memoryArchive();
    const { actions, lab, troubles } = page(right, {
      ...archive,
      async add(id, outcome) {
        if ((await archive.read(id)).outcomes.length === 2) throw new Error('full');
        await archive.add(id, outcome);
      },
    });
    await actions.startSweep();
    expect(troubles.at(-1)?.what).toContain('full');
    expect(lab().progress).toBeNull();
    expect(lab().sweep?.outcomes).toHaveLength(2);
  });

  test('is deleted, but not while it goes on', async () => {
    const { actions, lab } = page(async () => {
      await actions.deleteSweep(lab().sweep?.id ?? '');
      return right();
    });
    await actions.startSweep();
    expect(lab().sweep?.outcomes).toHaveLength(12);
    await actions.deleteSweep(lab().sweep?.id ?? '');
    expect(lab()).toMatchObject({ sweep: null, stored: [] });
  });
});

describe('a draft', () => {
  const { draft } = page(right).lab();

  test('becomes a plan for the loaded model', () => {
    const plan = planOf(draft, MODEL, null);
    expect(plan).toMatchObject({
      model: { name: 'tiny', parameters: 99, precision: 'f32', calibration: null },
      lengths: [64],
      depths: [0, 100],
      samples: 2,
    });
    expect(draftProblem(draft, MODEL, null)).toBeNull();
  });

  test.each([
    [{ lengths: '' }, 'lengths'],
    [{ lengths: 'many' }, 'found "many"'],
    [{ numbers: { samples: 0, seed: 1 } }, 'samples must be'],
    [{ strategies: [] }, 'no strategy'],
    [{ task: { id: 'threading', values: { hops: 99 } } }, 'hops must be'],
  ])('with %j says what is wrong', (change, message) => {
    expect(draftProblem({ ...draft, ...change }, MODEL, null)).toContain(message);
  });
});
