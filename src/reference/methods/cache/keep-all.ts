import type { CacheMethod } from '../method';

/** The window of a policy that hides nothing. */
export const SEES_ALL = { sinks: 0, recent: Number.POSITIVE_INFINITY };

export function keepAll(): CacheMethod {
  return { positions: 'original', window: () => SEES_ALL, compressAfter: 'prompt' };
}
