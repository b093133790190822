/** WAAD and FAI (arXiv 2510.13554), from the maps of all heads. */
import { type AttentionMap, mean } from './attention-map';
import { headDistance, rowDistance } from './row-statistics';

/** Indices of the 30 % of heads with the shortest and the longest mean distances, at least one each. */
export function localAndGlobal(maps: AttentionMap[]): { local: number[]; global: number[] } {
  const distances = maps.map(headDistance);
  const ranked = [...maps.keys()].sort((a, b) => distances[a] - distances[b]);
  const share = Math.max(1, Math.floor((maps.length * 3) / 10));
  return { local: ranked.slice(0, share), global: ranked.slice(maps.length - share) };
}

/** WAAD of every row: Σ a(t, s)·min(t − s, window), mean over the maps. */
export function waad(maps: AttentionMap[], window = 10): number[] {
  return maps[0].map((_, query) => mean(maps.map((map) => rowDistance(map[query], query, window))));
}

/** FAI of every position in one map: mean a(t, s) over the rows t = s + 10 … s + 100 that saw it; else NaN. */
export function influence(map: AttentionMap): number[] {
  return map.map((_, key) =>
    mean(map.slice(key + 10, key + 101).flatMap((row) => row.get(key) ?? [])),
  );
}

/** Mean of the values that are there; NaN where none is. */
export function meanOf(values: number[]): number {
  return mean(values.filter((value) => !Number.isNaN(value)));
}
