import type { CacheMethod, MethodShape } from '../method';
import { a2sf } from './a2sf';

export interface H2oValues {
  /** Entries that stay for their score. */
  heavy: number;
  /** Newest entries that always stay. */
  recent: number;
  protocol: CacheMethod['compressAfter'];
}

/**
 * H2O (arXiv 2306.14048): the entries with the largest sum of weights so far, and the newest. It is A2SF
 * without forgetting.
 */
export function h2o({ heavy, recent, protocol }: H2oValues, shape: MethodShape): CacheMethod {
  return a2sf({ budget: heavy + recent, recent, decay: 1, protocol }, shape);
}
