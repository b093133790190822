import type { CacheMethod } from '../method';
import { SEES_ALL } from './keep-all';

export interface DuoValues {
  /** [layer][kvHead]: the heads that keep everything. */
  retrieval: boolean[][];
  sinks: number;
  /** Newest entries that a streaming head keeps, the current one included. */
  recent: number;
}

/** DuoAttention (arXiv 2410.10819): retrieval heads keep all, streaming heads sinks and window. */
export function duo({ retrieval, sinks, recent }: DuoValues): CacheMethod {
  return {
    positions: 'original',
    window: (layer, kvHead) => (retrieval[layer][kvHead] ? SEES_ALL : { sinks, recent }),
    compressAfter: 'prompt',
  };
}
