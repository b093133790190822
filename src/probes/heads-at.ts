import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { TroubleError } from '../trouble';
import { runProbe } from './run-probe';

/** A key of the text, and the queries [from, to) that may look at it. */
export interface HeadsAtSpec {
  key: number;
  queries: [number, number];
}

export interface HeadsAt extends HeadsAtSpec {
  /** Mean weight that the queries gave to the key, [layers * heads]; −2 where no query of a head saw it. */
  weights: Float32Array;
  /** Queries that the means were computed from: all, or evenly spaced ones up to the newest. */
  sampledQueries: number;
}

/** Weights computed for one question, at most: bounds its time for any model and length. */
const MOST_WEIGHTS = 2 ** 20;

/**
 * How much every head looks at one key.
 * @throws TroubleError `bad-input` for positions outside the text that was processed, or without a query at or
 *   after the key
 */
export async function headsAt(
  model: GpuModel,
  run: Run,
  { key, queries }: HeadsAtSpec,
  mostWeights = MOST_WEIGHTS,
): Promise<HeadsAt> {
  const [from, to] = queries;
  const first = Math.max(from, key);
  const whole = [key, from, to].every(Number.isInteger);
  if (!whole || key < 0 || from < 0 || to > run.processed || first >= to) {
    throw new TroubleError(
      'bad-input',
      `Of the ${run.processed} tokens processed so far none in ${from}:${to} can look at key ${key}.`,
      'Give queries from:to that reach past the key.',
    );
  }
  const { layers, heads } = model.config;
  const affordable = Math.max(1, Math.floor(mostWeights / (layers * heads)));
  const stride = Math.ceil((to - first) / affordable);
  const buffers = new BufferSet(model.device, 'Heads at a key');
  try {
    const range = buffers.uniform('range', 16);
    model.device.queue.writeBuffer(
      range,
      0,
      packStruct(KERNELS.keyMean.code, 'Range', { key, query_from: from, query_to: to, stride }),
    );
    const weights = await runProbe(model, run, 'keyMean', buffers, {
      resources: { range },
      output: 'means',
      values: layers * heads,
      workgroups: [heads, layers],
    });
    return { key, queries, weights, sampledQueries: Math.ceil((to - first) / stride) };
  } finally {
    buffers.destroy();
  }
}
