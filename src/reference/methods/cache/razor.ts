import { mean, weightedSum } from '../../vectors';
import type { CacheEntries, CacheEntry, CacheMethod } from '../method';
import { SEES_ALL } from './keep-all';

export interface RazorValues {
  /** [layer][kvHead]: the retrieval heads, which keep everything. */
  heads: boolean[][];
  sinks: number;
  /** Newest entries that the other heads keep. */
  local: number;
  protocol: CacheMethod['compressAfter'];
}

/**
 * RazorAttention (arXiv 2407.15891): heads that do not retrieve keep sinks, the newest entries, and between
 * them one compensation entry for the N that were dropped: mean of their rotated keys, mean of their values,
 * and bias ln N. Its position is that of the newest dropped entry.
 */
export function razor({ heads, sinks, local, protocol }: RazorValues): CacheMethod {
  /** counts[layer][kvHead]: entries that the compensation entry stands for; 0: there is none. */
  const counts = heads.map((layer) => layer.map(() => 0));

  function fold(entries: CacheEntries): CacheEntries {
    return entries.map((lists, layer) =>
      lists.map((list, kvHead) => {
        const count = counts[layer][kvHead];
        const begin = count > 0 ? sinks + 1 : sinks;
        const newest = Math.max(0, list.length - local);
        const dropped = list.slice(begin, newest);
        if (heads[layer][kvHead] || dropped.length === 0) return list;
        counts[layer][kvHead] += dropped.length;
        const merged = count > 0 ? joined(list[sinks], count, dropped) : compensation(dropped);
        return [...list.slice(0, sinks), merged, ...list.slice(newest)];
      }),
    );
  }

  return {
    positions: 'original',
    window: () => SEES_ALL,
    compressAfter: protocol,
    compress: fold,
    afterTokens: fold,
  };
}

/** One entry that stands for all of these. */
export function compensation(dropped: CacheEntry[]): CacheEntry {
  return {
    position: dropped[dropped.length - 1].position,
    key: mean(dropped.map((entry) => entry.key)),
    value: mean(dropped.map((entry) => entry.value)),
    bias: Math.log(dropped.length),
  };
}

/** A compensation entry for `count` entries that takes in more. */
function joined(old: CacheEntry, count: number, dropped: CacheEntry[]): CacheEntry {
  const more = compensation(dropped);
  const total = count + dropped.length;
  const shares = [count / total, dropped.length / total];
  return {
    position: more.position,
    key: weightedSum(shares, [old.key, more.key]),
    value: weightedSum(shares, [old.value, more.value]),
    bias: Math.log(total),
  };
}
