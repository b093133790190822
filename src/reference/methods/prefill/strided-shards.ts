import { kvHeadOf } from '../decode/scores';
import type { MethodShape, PrefillMethod } from '../method';

export interface StridedShardsValues {
  /** Tokens in a block. */
  block: number;
  /** Newest blocks that a query sees, its own included. */
  local: number;
  /** Of the older blocks a head sees every stride-th. */
  stride: number;
  /** Last KV heads, which see everything. */
  denseHeads: number;
}

/**
 * S2-Attention (arXiv 2407.17678): a local window of blocks, and a residue class of blocks that differs from
 * KV head to KV head, so that together they see the whole text.
 */
export function stridedShards(values: StridedShardsValues, shape: MethodShape): PrefillMethod {
  const { block, local, stride, denseHeads } = values;
  const step = Math.max(1, Math.floor(stride / shape.kvHeads));
  return ({ start }) =>
    (head, row, position) => {
      const kvHead = kvHeadOf(head, shape);
      if (kvHead >= shape.kvHeads - denseHeads) return true;
      const queryBlock = Math.floor((start + row) / block);
      const keyBlock = Math.floor(position / block);
      return queryBlock - keyBlock < local || (keyBlock + kvHead * step) % stride === 0;
    };
}
