import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import type { HeadRef } from '../engine/strategy';
import { influences } from './influence';
import { ProbeWork } from './probe-work';
import {
  affordableRows,
  MOST_WEIGHTS,
  ROW,
  ROW_VALUES,
  rowStats,
  sampledPositions,
} from './row-walk';
import { headMeans, seriesMean } from './series';

/**
 * Two curves along the text (arXiv 2510.13554), over all tokens processed so far. Heads are ranked by their mean
 * distance over these rows: the lowest 30 % are local, the highest 30 % global, at least one each.
 */
export interface TokenCurves {
  positions: number;
  /** Rows that distance and WAAD were computed from: all, or evenly spaced ones of a long text. */
  sampledRows: number;
  /**
   * Windowed average attention distance [positions]: Σ a(t, s)·min(t − s, 10), mean over the local heads, in
   * tokens; NaN where a row was not sampled.
   */
  waad: Float32Array;
  /**
   * Future attention influence [positions]: mean a(t, s) over rows t = s + 10 … s + 100, mean over the global
   * heads; NaN where no such row saw the position, as at the last ten.
   */
  fai: Float32Array;
  /** [layers * heads]: Σ a(t, s)·(t − s), mean over these rows, in tokens. */
  distance: Float32Array;
  localHeads: HeadRef[];
  globalHeads: HeadRef[];
}

/** @throws TroubleError `bad-input` for a run that was not inspected, or was replaced meanwhile. */
export async function tokenCurves(
  model: GpuModel,
  run: Run,
  mostWeights = MOST_WEIGHTS,
): Promise<TokenCurves> {
  const { heads } = model.config;
  const positions = run.processed;
  const work = new ProbeWork(model, run, 'Token curves');
  try {
    const span = { first: 0, count: positions };
    const sampledRows = affordableRows(heads, span, mostWeights);
    const stats = {
      values: await rowStats(work, span, sampledRows),
      count: sampledRows,
      step: ROW_VALUES,
    };
    const distance = await headMeans(work, { ...stats, component: ROW.distance });
    const { local, global } = localAndGlobal(distance);
    const sampled = await seriesMean(work, { ...stats, component: ROW.near }, local);
    const waad = new Float32Array(positions).fill(Number.NaN);
    for (const [sample, position] of sampledPositions(span, sampledRows).entries()) {
      waad[position] = sampled[sample];
    }
    const fai = await seriesMean(work, await influences(work, positions), global);
    const refs = (indices: number[]) =>
      indices.map((index) => ({ layer: Math.floor(index / heads), head: index % heads }));
    return {
      positions,
      sampledRows,
      waad,
      fai,
      distance,
      localHeads: refs(local),
      globalHeads: refs(global),
    };
  } finally {
    work.destroy();
  }
}

/** Indices of the heads with the shortest and the longest distances; of equals the first come first. */
function localAndGlobal(distance: Float32Array): { local: number[]; global: number[] } {
  const ranked = [...distance.keys()].sort((a, b) => distance[a] - distance[b] || a - b);
  const share = Math.max(1, Math.floor((3 * ranked.length) / 10));
  return { local: ranked.slice(0, share), global: ranked.slice(-share) };
}
