import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import { influences } from './influence';
import { ProbeWork } from './probe-work';
import { affordableRows, MOST_WEIGHTS, ROW, ROW_VALUES, type RowSpan, rowStats } from './row-walk';
import { headMeans } from './series';

/** Means of every head, f32[layers * heads] each; NaN where nothing could be measured. */
export interface HeadStatistics {
  /** Over the rows that saw more than one key: −Σ a ln a ÷ ln(keys seen), 0…1. */
  entropy: Float32Array;
  /** Σ a(i, j)·(i − j), in tokens. */
  distance: Float32Array;
  /** Over the positions: the head's future attention influence. */
  influence: Float32Array;
  /** Rows that entropy and distance were computed from. */
  sampledRows: number;
}

/**
 * Measures every head over rows [0, rows) of the text.
 * @throws TroubleError `bad-input` for a run that was not inspected, or was replaced meanwhile.
 */
export async function headStatistics(
  model: GpuModel,
  run: Run,
  rows: number,
  mostWeights = MOST_WEIGHTS,
): Promise<HeadStatistics> {
  const work = new ProbeWork(model, run, 'Head statistics');
  try {
    const span = { first: 0, count: rows };
    const sampledRows = affordableRows(model.config.heads, span, mostWeights);
    const stats = {
      values: await rowStats(work, span, sampledRows),
      count: sampledRows,
      step: ROW_VALUES,
    };
    return {
      entropy: await headMeans(work, { ...stats, component: ROW.entropy }),
      distance: await headMeans(work, { ...stats, component: ROW.distance }),
      influence: await headMeans(work, await influences(work, rows)),
      sampledRows,
    };
  } finally {
    work.destroy();
  }
}

/**
 * The key that each row of the span weighs most, the first of several equals.
 * @returns positions [layers * heads, span.count]
 */
export async function strongestKeys(
  model: GpuModel,
  run: Run,
  span: RowSpan,
): Promise<Uint32Array> {
  const work = new ProbeWork(model, run, 'Strongest keys');
  try {
    const { layers, heads } = model.config;
    const count = layers * heads * span.count;
    const stats = await work.floats(await rowStats(work, span, span.count), count * ROW_VALUES);
    return Uint32Array.from({ length: count }, (_, i) => stats[i * ROW_VALUES + ROW.strongest]);
  } finally {
    work.destroy();
  }
}
