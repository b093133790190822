import { differenceOf, planId } from '../needle/sweep/check-plan';
import { samplesOf } from '../needle/sweep/order';
import { remainingSamples, runSweep } from '../needle/sweep/run-sweep';
import { TroubleError, troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi } from '../worker/protocol';
import {
  type NeedleLabState,
  planOf,
  type ShownSweep,
  type SweepDraft,
  sweepModel,
} from './needle-lab-state';
import type { PageActions } from './page-actions';
import type { PageStore } from './page-store';
import type { SweepArchive } from './sweep-archive';

export interface NeedleLabActions {
  changeDraft(change: Partial<SweepDraft>): void;
  /** Sweeps what the draft says; what this browser has of the same plan is not asked again. */
  startSweep(): Promise<void>;
  /** Goes on with the sweep on screen. */
  resumeSweep(): Promise<void>;
  stopSweep(): void;
  /** Shows a sweep that this browser keeps. */
  openSweep(id: string): Promise<void>;
  deleteSweep(id: string): Promise<void>;
  /** Looks up which sweeps this browser keeps. */
  listSweeps(): Promise<void>;
}

export function createNeedleLabActions(
  engine: Pick<EngineApi, 'sample' | 'stopSample'>,
  { getState, setState }: PageStore,
  report: PageActions['report'],
  archive: SweepArchive,
): NeedleLabActions {
  const change = (news: (lab: NeedleLabState) => Partial<NeedleLabState>) =>
    setState(({ needleLab }) => ({ needleLab: { ...needleLab, ...news(needleLab) } }));

  async function listSweeps() {
    const stored = await archive.list();
    change(() => ({ stored }));
  }

  /** Does what may fail, with the trouble on the page. */
  async function attempt(work: () => Promise<void>) {
    report('needle-lab', null);
    try {
      await work();
    } catch (error) {
      report('needle-lab', troubleOf(error));
    }
  }

  async function sweepOn({ id, plan, outcomes }: ShownSweep) {
    const { calibration } = getState();
    const remaining = remainingSamples(plan, outcomes);
    const total = samplesOf(plan).length;
    const doneBefore = total - remaining.length;
    const begunAt = performance.now();
    change(() => ({
      sweep: { id, plan, outcomes },
      progress: { done: doneBefore, total, begunAt, doneBefore, current: null, stopping: false },
    }));
    try {
      const store = { add: (outcome: ShownSweep['outcomes'][number]) => archive.add(id, outcome) };
      await runSweep(plan, remaining, calibration, store, {
        runSample: async (request) => unwrap(await engine.sample(request)),
        stopped: () => getState().needleLab.progress?.stopping ?? true,
        began: (current) =>
          change(({ progress }) => ({ progress: progress && { ...progress, current } })),
        ended: (outcome) =>
          change(({ sweep, progress }) => ({
            sweep: sweep && { ...sweep, outcomes: [...sweep.outcomes, outcome] },
            progress: progress && { ...progress, done: progress.done + 1 },
          })),
      });
    } finally {
      change(() => ({ progress: null }));
      await listSweeps();
    }
  }

  async function startSweep() {
    const { model, calibration, needleLab } = getState();
    if (!model || needleLab.progress) return;
    await attempt(async () => {
      const plan = planOf(needleLab.draft, model, calibration);
      const id = planId(plan);
      await sweepOn({ id, ...(await archive.keep(id, plan)) });
    });
  }

  async function resumeSweep() {
    const { model, calibration, needleLab } = getState();
    const { sweep, progress } = needleLab;
    if (!model || !sweep || progress) return;
    await attempt(async () => {
      const present = sweepModel(model, sweep.plan.strategies, calibration);
      const difference = differenceOf(sweep.plan, { ...sweep.plan, model: present });
      if (difference) {
        throw new TroubleError(
          'bad-input',
          `This sweep cannot go on with what is loaded now. ${difference}`,
          'Load what it began with, or start a new sweep.',
        );
      }
      await sweepOn(sweep);
    });
  }

  function stopSweep() {
    if (!getState().needleLab.progress) return;
    change(({ progress }) => ({ progress: progress && { ...progress, stopping: true } }));
    void engine.stopSample();
  }

  async function openSweep(id: string) {
    if (getState().needleLab.progress) return;
    await attempt(async () => {
      const sweep = await archive.read(id);
      change(() => ({ sweep: { id, ...sweep } }));
    });
  }

  async function deleteSweep(id: string) {
    const { progress, sweep } = getState().needleLab;
    if (progress && sweep?.id === id) return;
    await attempt(async () => {
      await archive.remove(id);
      if (sweep?.id === id) change(() => ({ sweep: null }));
      await listSweeps();
    });
  }

  return {
    changeDraft: (news) => change(({ draft }) => ({ draft: { ...draft, ...news } })),
    startSweep,
    resumeSweep,
    stopSweep,
    openSweep,
    deleteSweep,
    listSweeps: () => attempt(listSweeps),
  };
}
