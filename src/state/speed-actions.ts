import { troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi } from '../worker/protocol';
import { isEngineFree } from './engine-use';
import type { PageActions } from './page-actions';
import type { PageStore } from './page-store';
import { runRequestOf } from './setup';
import { type SpeedProgress, type SpeedState, storeRoofline } from './speed';

export interface SpeedActions {
  /** Measures what the adapter can do at best; kept for the next visit. */
  measureRoofline(): Promise<void>;
  /** Measures the kernels of the present setup, in a run of their own beside the one on screen. */
  measureKernels(): Promise<void>;
}

/** Decode steps that the means are over: enough to smooth out that a browser rounds times. */
const STEPS = 32;

export function createSpeedActions(
  engine: Pick<EngineApi, 'bench' | 'roofline'>,
  { getState, setState }: PageStore,
  report: PageActions['report'],
): SpeedActions {
  async function measure(
    what: SpeedProgress['what'],
    work: () => Promise<Partial<SpeedState>>,
  ): Promise<void> {
    if (!isEngineFree(getState())) return;
    const change = (news: Partial<SpeedState>) =>
      setState((state) => ({ speed: { ...state.speed, ...news } }));
    report('speed', null);
    change({ measuring: { what, done: 0, total: 0, begunAt: performance.now() } });
    try {
      change(await work());
    } catch (error) {
      report('speed', troubleOf(error));
    }
    change({ measuring: null });
  }

  return {
    measureRoofline: () =>
      measure('roofline', async () => {
        const roofline = unwrap(await engine.roofline());
        const { model } = getState();
        if (model) storeRoofline(model.adapter, roofline);
        return { roofline };
      }),
    measureKernels: () =>
      measure('kernels', async () => {
        const { setup, calibration } = getState();
        const { prompt, strategy } = runRequestOf(setup, calibration);
        const request = { prompt, strategy, calibration, steps: STEPS };
        const bench = unwrap(await engine.bench(request));
        return bench ? { bench } : {};
      }),
  };
}
