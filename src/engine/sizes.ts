import type { ModelConfig } from '../model/config';

/** Sizes that the GPU side derives from a model's configuration. Rows are padded to whole vec4. */
export interface Sizes {
  hidden: number;
  hidden4: number;
  /** Query, key and value rows together. */
  qkv: number;
  /** All query heads together. */
  attention4: number;
  intermediate: number;
  intermediate4: number;
  /** Gate, where there is one, and up together, each padded to whole vec4. */
  gateUp: number;
  lanes: number;
}

export function sizesOf(config: ModelConfig): Sizes {
  return {
    hidden: config.hiddenSize,
    hidden4: Math.ceil(config.hiddenSize / 4),
    qkv: (config.heads + 2 * config.kvHeads) * config.headDim,
    attention4: (config.heads * config.headDim) / 4,
    intermediate: config.intermediateSize,
    intermediate4: Math.ceil(config.intermediateSize / 4),
    gateUp: (config.gated ? 2 : 1) * Math.ceil(config.intermediateSize / 4) * 4,
    lanes: config.headDim / 4,
  };
}

/** How attention over chunks is cut into workgroups, from the head size and the adapter's memory. */
export interface ChunkTiles {
  rowGroups: number;
  blockKeys: number;
}

/**
 * Invocations near 64, and blocks of up to 16 keys, as long as queries, keys, values and scores fit the
 * workgroup's memory (`shaders/attention/chunk.wgsl`).
 */
export function chunkTiles(headDim: number, workgroupBytes: number): ChunkTiles {
  const lanes = headDim / 4;
  const rowGroups = Math.max(1, Math.min(16, Math.floor(64 / lanes)));
  let blockKeys = 16;
  const bytes = () =>
    4 * (4 * rowGroups * headDim + 2 * blockKeys * headDim + 4 * rowGroups * blockKeys);
  while (bytes() > workgroupBytes && blockKeys > 1) blockKeys /= 2;
  return { rowGroups, blockKeys };
}
