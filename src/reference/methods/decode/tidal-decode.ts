import type { DecodeMethod, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { attentionScores, kvHeadOf } from './scores';

export interface TidalDecodeValues {
  /** The first layer that selects; the layers before it read everything, and so does it. */
  dense: number;
  /** The layer that selects again, reading everything; −1 for none. */
  reselect: number;
  /** Entries that a selection stores for each query head. */
  k: number;
}

/**
 * TidalDecode (arXiv 2410.05076): neighbouring layers want the same positions, so few layers select and the
 * layers after them reuse. Other layers read the stored entries and the token's own: at most k + 1.
 * All layers and KV heads must hold the same entries.
 */
export function tidalDecode(values: TidalDecodeValues, shape: MethodShape): DecodeMethod {
  /** stored[head]: entries with the highest scores in the last selection layer. */
  let stored: number[][] = [];
  return {
    positions: 'original',
    select({ layer, queries, entries }) {
      if (layer < values.dense) return null;
      if (layer === values.dense || layer === values.reselect) {
        stored = queries.map((query, head) =>
          topIndices(attentionScores(query, entries[kvHeadOf(head, shape)]), values.k),
        );
        return null;
      }
      return stored.map((indices, head) => {
        const newest = entries[kvHeadOf(head, shape)].length - 1;
        return indices.includes(newest) ? indices : [...indices, newest];
      });
    },
  };
}
