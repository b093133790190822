import { KERNELS } from '../engine/kernels';
import { reindexes } from '../engine/strategy';
import { TroubleError } from '../trouble';
import { inTurns } from './in-turns';
import type { ProbeWork } from './probe-work';
import { pastOf } from './run-probe';

/** Rows [first, first + count) of the text. */
export interface RowSpan {
  first: number;
  count: number;
}

/** Statistics of a row, in the order of `shaders/probe/row-stats.wgsl`. */
export const ROW = { entropy: 0, distance: 1, near: 2, strongest: 3 } as const;
export const ROW_VALUES = 4;

/** Weights of a layer that are recomputed for one measurement, at most: bounds its time at any length. */
export const MOST_WEIGHTS = 2 ** 26;
/** Weights of a first, short submission; the next ones are as long as the adapter's speed allows. */
export const HARMLESS_WEIGHTS = 2 ** 15;

/**
 * Rows of the span that can be afforded: all, or evenly spaced ones.
 * @throws TroubleError `bad-input` for no rows
 */
export function affordableRows(
  heads: number,
  { first, count }: RowSpan,
  mostWeights: number,
): number {
  if (count === 0) {
    throw new TroubleError('bad-input', 'No token has been read yet.', 'Wait for the first ones.');
  }
  const weights = heads * count * (first + (count + 1) / 2);
  return Math.max(1, Math.floor(count * Math.min(1, mostWeights / weights)));
}

interface Columns {
  /** Word of the output where they begin. */
  at: number;
  /** Rows are shared out over so many sets of columns. */
  parts: number;
  tokens: number;
}

/**
 * Walks sampled rows of layers and writes what `shaders/probe/row-stats.wgsl` says.
 * @param found f32[layers walked, heads, samples, 4], then the columns where they are wanted
 */
export async function rowWalk(
  work: ProbeWork,
  { first, count }: RowSpan,
  samples: number,
  found: GPUBuffer,
  columns?: Columns,
): Promise<(layer: number, stats: number) => Promise<void>> {
  const { run, model } = work;
  const { heads } = model.config;
  const walk = work.uniform(KERNELS.rowStats, 'Walk');
  const step = await work.step(
    KERNELS.rowStats,
    { ...pastOf(run), walk: walk.buffer, found },
    { REINDEXED: reindexes(run.options.strategy) ? 1 : 0 },
  );
  return async (layer, stats) => {
    await inTurns(
      samples,
      HARMLESS_WEIGHTS / (heads * (first + count)),
      async (begin, rows) => {
        const end = begin + rows;
        const { at = 0, tokens = 0, parts = rows } = columns ?? {};
        walk.set({ layer, first, count, samples, begin, end, stats, columns: at, tokens });
        await work.submit(step, parts, heads);
      },
      () => false,
    );
  };
}

/** f32[layers, heads, samples, 4]: statistics of sampled rows of every layer. */
export async function rowStats(
  work: ProbeWork,
  span: RowSpan,
  samples: number,
): Promise<GPUBuffer> {
  const { layers, heads } = work.model.config;
  const words = heads * samples * ROW_VALUES;
  const found = work.buffers.storage('row statistics', layers * words * 4);
  const walkLayer = await rowWalk(work, span, samples, found);
  for (let layer = 0; layer < layers; layer++) await walkLayer(layer, layer * words);
  return found;
}

/** Positions of the sampled rows: the last of each part. */
export function sampledPositions({ first, count }: RowSpan, samples: number): number[] {
  return Array.from(
    { length: samples },
    (_, sample) => first + Math.floor((count * (sample + 1)) / samples) - 1,
  );
}
