import headMeansCode from '../../shaders/probe/head-means.wgsl?raw';
import seriesMeanCode from '../../shaders/probe/series-mean.wgsl?raw';
import seriesCode from '../../shaders/shared/series.wgsl?raw';
import { kernel, SHARED } from '../engine/kernels';
import type { Kernel } from '../gpu/kernels';
import type { ProbeWork } from './probe-work';

const HEAD_MEANS = kernel('probe/head-means', headMeansCode, seriesCode, SHARED.reduce);
const SERIES_MEAN = kernel('probe/series-mean', seriesMeanCode, seriesCode);

/** Values of every head of the model, one series a head: see `shaders/shared/series.wgsl`. */
export interface Series {
  values: GPUBuffer;
  /** Values of a head. */
  count: number;
  /** Words from one value to the next, and which of them is meant. */
  step: number;
  component: number;
}

/** The mean of each head's values, f32[layers * heads]; NaN where all are missing. */
export async function headMeans(work: ProbeWork, series: Series): Promise<Float32Array> {
  const { layers, heads } = work.model.config;
  const means = work.buffers.storage('means of heads', layers * heads * 4);
  const step = await work.step(HEAD_MEANS, { ...bound(work, HEAD_MEANS, series), means });
  await work.submit(step, layers * heads);
  return missingAsNaN(await work.floats(means, layers * heads));
}

/**
 * The mean over some heads of each value.
 * @param chosen indices layer * heads + head
 * @returns f32[count]; NaN where all are missing
 */
export async function seriesMean(
  work: ProbeWork,
  series: Series,
  chosen: number[],
): Promise<Float32Array> {
  const list = work.buffers.storage('chosen heads', chosen.length * 4);
  work.model.device.queue.writeBuffer(list, 0, Uint32Array.from(chosen));
  const mean = work.buffers.storage('mean of series', series.count * 4);
  const step = await work.step(SERIES_MEAN, {
    ...bound(work, SERIES_MEAN, series),
    // Buffers are at least 16 bytes long; the shader asks for the length.
    chosen: { buffer: list, size: chosen.length * 4 },
    mean,
  });
  await work.submit(step, Math.ceil(series.count / 64));
  return missingAsNaN(await work.floats(mean, series.count));
}

export function missingAsNaN(values: Float32Array): Float32Array {
  return values.map((value) => (value < 0 ? Number.NaN : value));
}

function bound(work: ProbeWork, used: Kernel, series: Series) {
  const { values, count, step, component } = series;
  const uniform = work.uniform(used, 'Series');
  uniform.set({ count, step, component });
  return { series: uniform.buffer, values };
}
