import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { reindexes } from '../engine/strategy';
import { TroubleError } from '../trouble';
import { inTurns } from './in-turns';
import { ProbeWork } from './probe-work';
import { inspectionOf, pastOf } from './run-probe';
import { AGGREGATES, type Aggregate, type TilePlan, type TileSpec, tilePlan } from './tile-plan';

export interface TileResult {
  rows: number;
  columns: number;
  /**
   * [rows, columns]: a weight; −1 where all keys lie in the future, −2 where one was evicted, −3 where the
   * strategy left the others out.
   */
  weights: Float32Array;
  /** True when every cell is one single pair. */
  exact: boolean;
  /** Queries and keys computed per cell, at most; fewer than it covers where a long range is sampled. */
  sampledQueries: number;
  sampledKeys: number;
}

const MOST_CELLS = 2 ** 22;
/** Products of a first submission that are harmless on any adapter. */
const FIRST_PRODUCTS = 2 ** 23;

/**
 * Recomputes attention weights of a run from its inspection store, in submissions short enough for the run to
 * go on between them.
 * @param stopped asked between them; then the tile is given up
 * @returns null where it was given up
 * @throws TroubleError `bad-input` for ranges outside the text that was processed.
 */
export function attentionTile(model: GpuModel, run: Run, spec: TileSpec): Promise<TileResult>;
export function attentionTile(
  model: GpuModel,
  run: Run,
  spec: TileSpec,
  stopped: () => boolean,
): Promise<TileResult | null>;
export async function attentionTile(
  model: GpuModel,
  run: Run,
  spec: TileSpec,
  stopped = () => false,
): Promise<TileResult | null> {
  checkSpec(model, run, spec);
  const layers = merged(spec.layer, model.config.layers);
  const heads = merged(spec.head, model.config.heads);
  const taking = layers.count * heads.count;
  const { headDim } = model.config;
  // Re-indexed places that are counted pair by pair take a walk along the text each.
  const products = headDim + (inspectionOf(run).ranked ? run.processed : 0);
  const plan = tilePlan(spec, taking, products / headDim);
  checkCells(plan);
  const { rows, columns, exact, querySamples, keySamples } = plan;
  const work = new ProbeWork(model, run, 'Attention tile');
  try {
    const tile = work.uniform(KERNELS.tile, 'Tile');
    const cells = work.buffers.storage('cells', rows * columns * 4);
    const { plannedTo, readsAt } = inspectionOf(run);
    const step = await work.step(
      KERNELS.tile,
      { ...pastOf(run), tile: tile.buffer, cells },
      {
        REINDEXED: reindexes(run.options.strategy) ? 1 : 0,
        LEAVES_OUT: plannedTo > 0 || readsAt > 0 ? 1 : 0,
        MERGES: taking > 1 ? 1 : 0,
      },
    );
    const submit = (first: number, count: number) => {
      tile.set({
        layer_from: layers.from,
        layer_to: layers.from + layers.count,
        head_from: heads.from,
        head_to: heads.from + heads.count,
        query_from: spec.queries[0],
        query_to: spec.queries[1],
        key_from: spec.keys[0],
        key_to: spec.keys[1],
        rows,
        columns,
        query_samples: querySamples,
        key_samples: keySamples,
        over_pairs: mode(spec.pooling),
        over_heads: mode(spec.head),
        over_layers: mode(spec.layer),
        first_group: first,
      });
      return work.submit(step, count);
    };
    const harmless = FIRST_PRODUCTS / (plan.groupWeights * products);
    if (!(await inTurns(plan.groups, harmless, submit, stopped))) return null;
    const weights = await work.floats(cells, rows * columns);
    return { rows, columns, weights, exact, sampledQueries: querySamples, sampledKeys: keySamples };
  } finally {
    work.destroy();
  }
}

/** The indices that take part. */
function merged(choice: number | Aggregate, count: number): { from: number; count: number } {
  return typeof choice === 'number' ? { from: choice, count: 1 } : { from: 0, count };
}

function mode(aggregate: number | Aggregate): number {
  return aggregate === 'mean' ? 1 : 0;
}

function checkSpec(model: GpuModel, run: Run, spec: TileSpec): void {
  const { layers, heads } = model.config;
  checkIndex('layer', spec.layer, layers);
  checkIndex('head', spec.head, heads);
  for (const name of ['queries', 'keys'] as const) {
    const [from, to] = spec[name];
    const whole = Number.isInteger(from) && Number.isInteger(to);
    if (!whole || from < 0 || to <= from || to > run.processed) {
      throw new TroubleError(
        'bad-input',
        `The range of ${name} ${from}:${to} is not within the ${run.processed} tokens processed so far.`,
        'Give from:to with 0 ≤ from < to.',
      );
    }
  }
  for (const name of ['rows', 'columns'] as const) {
    if (!Number.isInteger(spec[name]) || spec[name] < 1) {
      throw new TroubleError(
        'bad-input',
        `A tile needs at least one of ${name}.`,
        'Ask for 1 or more.',
      );
    }
  }
}

function checkCells({ rows, columns }: TilePlan): void {
  if (rows * columns <= MOST_CELLS) return;
  throw new TroubleError(
    'bad-input',
    `A tile of ${rows} × ${columns} cells is too large; ${MOST_CELLS} cells are the most.`,
    'Ask for fewer rows or columns.',
  );
}

function checkIndex(name: string, value: number | Aggregate, count: number): void {
  const isIndex = Number.isInteger(value) && Number(value) >= 0 && Number(value) < count;
  if (isIndex || AGGREGATES.some((aggregate) => aggregate === value)) return;
  throw new TroubleError(
    'bad-input',
    `There is no ${name} ${value}: this model has ${count}, counted from 0.`,
    `Choose 0 to ${count - 1}, or ${AGGREGATES.join(' or ')} of all.`,
  );
}
