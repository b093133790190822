/** Lists of what a decode step reads: chosen from rows of values, and carried from step to step. */
import extendListCode from '../../../shaders/select/extend-list.wgsl?raw';
import recycleCode from '../../../shaders/select/recycle.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import type { Bench, ReadList } from '../bench';
import { kernel, SHARED } from '../kernels';
import type { Step } from '../recorder';
import { MEASURE, SELECT_LIST, SELECTOR_THREADS } from './selectors';

const { frame, pages, reduce } = SHARED;

export const EXTEND_LIST = kernel('select/extend-list', extendListCode, frame, pages);
export const RECYCLE = kernel('select/recycle', recycleCode, frame, pages, reduce, forced);

/** Lists u32[rows, 1 + stride]: how many items, then the items, ascending. */
export interface Lists {
  buffer: GPUBuffer;
  stride: number;
}

/** Lists of each layer that outlive a step. */
export function layerLists(bench: Bench, label: string, rows: number, stride: number): Lists[] {
  return Array.from({ length: bench.config.layers }, () => ({
    buffer: bench.storage(label, rows * (1 + stride) * 4),
    stride,
  }));
}

/** Rows for a selector, see `shaders/shared/select.wgsl`. */
export interface ValueRows {
  values: GPUBuffer;
  stride: number;
  sizes: GPUBuffer;
}

/** Writes what is chosen of each row; one workgroup a row. */
export async function selectList(
  bench: Bench,
  measure: keyof typeof MEASURE,
  { values, stride, sizes }: ValueRows,
  { buffer, stride: listStride }: Lists,
): Promise<Step> {
  const pipeline = await bench.kernel(SELECT_LIST, {
    THREADS: SELECTOR_THREADS,
    MEASURE: MEASURE[measure],
    VALUE_STRIDE: stride,
    LIST_STRIDE: listStride,
  });
  return bench.step(pipeline, { values, sizes, lists: buffer });
}

/**
 * Makes what a step reads from what was chosen before; one workgroup a list.
 * @param tail how many of the newest items are read if they were not chosen
 */
export async function extendList(
  bench: Bench,
  chosen: Lists[],
  { buffer, stride, group, unit }: ReadList,
  tail: number,
): Promise<Step[]> {
  const pipeline = await bench.kernel(EXTEND_LIST, {
    CHOSEN_STRIDE: chosen[0].stride,
    LIST_STRIDE: stride,
    LIST_GROUP: group,
    LIST_UNIT: unit,
    TAIL: tail,
  });
  return bench.layerSteps(pipeline, (layer) => ({
    chosen: chosen[layer].buffer,
    extended: buffer,
  }));
}
