import type { CacheMethod } from '../method';

export interface WindowValues {
  /** Newest entries that stay, the current one included. */
  recent: number;
}

/** Longformer (arXiv 2004.05150), its causal window. */
export function window({ recent }: WindowValues): CacheMethod {
  return {
    positions: 'original',
    window: () => ({ sinks: 0, recent }),
    compressAfter: 'prompt',
  };
}
