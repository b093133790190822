import { KERNELS } from '../engine/kernels';
import { reindexes } from '../engine/strategy';
import { inTurns } from './in-turns';
import type { ProbeWork } from './probe-work';
import { HARMLESS_WEIGHTS } from './row-walk';
import { pastOf } from './run-probe';
import type { Series } from './series';

/** Rows after a position that count for its influence, both included. */
const NEAREST = 10;
const FARTHEST = 100;
/** Positions of a workgroup. */
const POSITIONS = 64;

/**
 * Future attention influence of every position through every head alone (FAI, arXiv 2510.13554): the mean
 * weight a(t, s) over rows t from s + 10 to s + 100, as far as the text goes and the row saw the key.
 * @param rows rows [0, rows) of the text count
 * @returns by layer and head, one value a position; missing where no such row saw it
 */
export async function influences(work: ProbeWork, rows: number): Promise<Series> {
  const { run, model } = work;
  const { layers, heads } = model.config;
  const values = work.buffers.storage('influences', layers * heads * rows * 4);
  const horizon = work.uniform(KERNELS.influence, 'Horizon');
  const step = await work.step(
    KERNELS.influence,
    { ...pastOf(run), horizon: horizon.buffer, influences: values },
    { REINDEXED: reindexes(run.options.strategy) ? 1 : 0 },
  );
  for (let layer = 0; layer < layers; layer++) {
    await inTurns(
      Math.ceil(rows / POSITIONS),
      HARMLESS_WEIGHTS / (heads * (FARTHEST - NEAREST + 1) * POSITIONS),
      async (first, workgroups) => {
        const begin = first * POSITIONS;
        const end = Math.min(rows, begin + workgroups * POSITIONS);
        horizon.set({ layer, rows, nearest: NEAREST, farthest: FARTHEST, begin, end });
        await work.submit(step, workgroups, heads);
      },
      () => false,
    );
  }
  return { values, count: rows, step: 1, component: 0 };
}
