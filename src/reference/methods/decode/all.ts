import type { DecodeMethod } from '../method';

/** Every step reads every entry. */
export function all(): DecodeMethod {
  return { positions: 'original', select: () => null };
}
