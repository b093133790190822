import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { runProbe } from './run-probe';

/** Pairs scored in one submission, at most, so that none runs long. */
const MOST_PAIRS = 2 ** 22;

/** Means over rows, f32[layers * heads] each; NaN where there is no such row. */
export interface RecallMeans {
  /** Over the tokens of the prompt that were read. */
  prompt: Float32Array;
  /** Over the tokens that were fed back. */
  decode: Float32Array;
}

/**
 * How much of dense attention's weight the pairs hold that the run really computed: for each row the sum of
 * exp(score − log-sum-exp over all earlier keys), over the keys that were neither evicted nor left out. The
 * queries and keys are those of the run; where it counts positions anew, scores here are those at the
 * distances of the text.
 * @throws TroubleError `bad-input` for a run that was not inspected.
 */
export async function massRecall(model: GpuModel, run: Run): Promise<RecallMeans> {
  const { layers, heads } = model.config;
  const { processed } = run;
  const read = Math.min(processed, run.prompt.length);
  const prompt = new Float64Array(layers * heads);
  const decode = new Float64Array(layers * heads);
  for (let layer = 0; layer < layers; layer++) {
    for (let from = 0; from < processed; ) {
      const affordable = Math.max(1, Math.floor(MOST_PAIRS / (heads * processed)));
      const rows = Math.min(affordable, processed - from);
      const recalls = await recallsOf(model, run, layer, from, rows);
      recalls.forEach((recall, at) => {
        const sums = from + (at % rows) < read ? prompt : decode;
        sums[layer * heads + Math.floor(at / rows)] += recall;
      });
      from += rows;
    }
  }
  return {
    prompt: Float32Array.from(prompt, (sum) => sum / read),
    decode: Float32Array.from(decode, (sum) => sum / (processed - read)),
  };
}

/** f32[heads, rows] */
async function recallsOf(
  model: GpuModel,
  run: Run,
  layer: number,
  from: number,
  rows: number,
): Promise<Float32Array> {
  const { heads } = model.config;
  const buffers = new BufferSet(model.device, 'Mass recall');
  try {
    const uniform = buffers.uniform('rows', 16);
    const data = packStruct(KERNELS.massRecall.code, 'Rows', { layer, first: from });
    model.device.queue.writeBuffer(uniform, 0, data);
    return await runProbe(model, run, 'massRecall', buffers, {
      resources: { rows: uniform },
      output: 'recalls',
      values: heads * rows,
      workgroups: [rows, heads],
    });
  } finally {
    buffers.destroy();
  }
}
