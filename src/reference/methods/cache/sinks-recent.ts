import type { CacheMethod } from '../method';

export interface SinksRecentValues {
  sinks: number;
  /** Newest entries that stay, the current one included. */
  recent: number;
}

/** StreamingLLM (arXiv 2309.17453). Evicts before the new token attends, so never holds one more. */
export function sinksRecent({ sinks, recent }: SinksRecentValues): CacheMethod {
  return {
    positions: 'reindexed',
    window: () => ({ sinks, recent }),
    compressAfter: 'prompt',
  };
}
