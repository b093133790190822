import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { TroubleError } from '../trouble';
import { runProbe } from './run-probe';

/**
 * A part of one head's attention map, at a wished resolution: never more rows than queries, never more
 * columns than keys. Ranges are [from, to) in positions of the text.
 */
export interface TileSpec {
  layer: number;
  head: number;
  queries: [number, number];
  keys: [number, number];
  rows: number;
  columns: number;
  pooling: 'max' | 'mean';
}

export interface TileResult {
  rows: number;
  columns: number;
  /** [rows, columns]: a weight; −1 where all keys lie in the future, −2 where the others were evicted. */
  weights: Float32Array;
  /** True when every cell is one single weight. */
  exact: boolean;
  /** Queries computed per cell; fewer than it covers where a long range is sampled. */
  sampledQueries: number;
}

/** Weights computed for one tile, at most: bounds its time at any context length. */
const MOST_WEIGHTS = 2 ** 22;
const MOST_CELLS = 2 ** 22;

/**
 * Recomputes attention weights of a run from its inspection store.
 * @throws TroubleError `bad-input` for ranges outside the text that was processed.
 */
export async function attentionTile(
  model: GpuModel,
  run: Run,
  spec: TileSpec,
): Promise<TileResult> {
  checkSpec(model, run, spec);
  const queries = spec.queries[1] - spec.queries[0];
  const keys = spec.keys[1] - spec.keys[0];
  const rows = Math.min(spec.rows, queries);
  const columns = Math.min(spec.columns, keys);
  if (rows * columns > MOST_CELLS) {
    throw new TroubleError(
      'bad-input',
      `A tile of ${rows} × ${columns} cells is too large; ${MOST_CELLS} cells are the most.`,
      'Ask for fewer rows or columns.',
    );
  }
  const queriesPerCell = Math.ceil(queries / rows);
  const affordable = Math.max(1, Math.floor(MOST_WEIGHTS / (rows * keys)));
  const samples = Math.min(queriesPerCell, affordable);
  const buffers = new BufferSet(model.device, 'Attention tile');
  try {
    const tile = buffers.uniform('tile', 48);
    model.device.queue.writeBuffer(
      tile,
      0,
      packStruct(KERNELS.tile.code, 'Tile', {
        layer: spec.layer,
        head: spec.head,
        query_from: spec.queries[0],
        query_to: spec.queries[1],
        key_from: spec.keys[0],
        key_to: spec.keys[1],
        rows,
        columns,
        samples,
        pooling: spec.pooling === 'mean' ? 1 : 0,
      }),
    );
    const weights = await runProbe(model, run, 'tile', buffers, {
      resources: { tile },
      output: 'cells',
      values: rows * columns,
      workgroups: [Math.ceil(columns / 64), rows],
    });
    return {
      rows,
      columns,
      weights,
      exact: queriesPerCell === 1 && columns === keys,
      sampledQueries: samples,
    };
  } finally {
    buffers.destroy();
  }
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

function checkIndex(name: string, value: number, count: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= count) {
    throw new TroubleError(
      'bad-input',
      `There is no ${name} ${value}: this model has ${count}, counted from 0.`,
      `Choose 0 to ${count - 1}.`,
    );
  }
}
