import { dot } from '../../vectors';
import { kvHeadOf } from '../decode/scores';
import type { MethodShape, PrefillMethod } from '../method';
import { topIndices } from '../top-k';
import { blockMask, meanBlocks } from './blocks';
import { type HeadMethod, perHead } from './per-head';

export interface BlockSparseValues {
  /** Tokens in a block of queries or keys. */
  block: number;
  /** Blocks of keys that a block of queries sees, its own included. */
  blocks: number;
}

/**
 * Block-sparse (MInference, arXiv 2407.02490): the key blocks whose mean key scores best with the mean query
 * of the query block. The diagonal block is forced, which the authors leave to its score.
 */
export function blockSparse(values: BlockSparseValues, shape: MethodShape): PrefillMethod {
  return perHead(shape, blockSparseOfHead(values, shape));
}

export function blockSparseOfHead(values: BlockSparseValues, shape: MethodShape): HeadMethod {
  const { block, blocks } = values;
  return ({ start, queries, keys }, head) => {
    const pooledKeys = meanBlocks(keys[kvHeadOf(head, shape)], block);
    const chosen = meanBlocks(queries[head], block).map((query, row) => {
      const own = start / block + row;
      const scores = pooledKeys
        .slice(0, own + 1)
        .map((key, index) => (index === own ? Number.POSITIVE_INFINITY : dot(query, key)));
      return topIndices(scores, blocks);
    });
    return blockMask(chosen, block);
  };
}
