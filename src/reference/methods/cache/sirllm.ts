import type { CacheEntries, CacheEntry, CacheMethod } from '../method';
import { topIndices } from '../top-k';
import { SEES_ALL } from './keep-all';

export interface SirLlmValues {
  /** First entries, which always stay. */
  sinks: number;
  /** Entries for the most surprising tokens and the round. */
  entropy: number;
  /** Further entries for the newest tokens. */
  recent: number;
  /** What a surprisal is worth one round later, 0 to 1. */
  decay: number;
  /** Tokens of a round; at least the longest chunk, at most entropy + recent. */
  round: number;
}

/**
 * SirLLM (arXiv 2405.12528): one list for all layers and heads, by the tokens' surprisal −ln p.
 *
 * A round begins when the tokens that arrive no longer fit into the one before. If its `round` tokens would
 * then take the cache above sinks + entropy + recent, only sinks + entropy + recent − round entries stay:
 * the sinks, of the others the entropy − round with the largest surprisal, and the newest of those left. So
 * the cache never holds more than sinks + entropy + recent. Then, evicted or not, every surprisal held is
 * multiplied by `decay`. The text's first token gets the largest surprisal of its round.
 */
export function sirLlm(values: SirLlmValues): CacheMethod {
  const { sinks, entropy, recent, decay, round } = values;
  const capacity = sinks + entropy + recent;
  const surprisals = new Map<number, number | null>();
  let roundLeft = 0;

  /** Indices of the entries that stay, ascending. */
  function kept(scores: number[]): number[] {
    if (scores.length + round <= capacity) return scores.map((_, index) => index);
    const surprising = topIndices(scores.slice(sinks), entropy - round);
    const stays = scores.map((_, index) => index < sinks || surprising.includes(index - sinks));
    // Ranked by index, the others fill what room is left with the newest.
    const ranks = stays.map((stay, index) => (stay ? Number.POSITIVE_INFINITY : index));
    return topIndices(ranks, capacity - round);
  }

  function scoresOf(list: CacheEntry[]): number[] {
    const highest = Math.max(0, ...[...surprisals.values()].map((value) => value ?? 0));
    return list.map(({ position }) => surprisals.get(position) ?? highest);
  }

  function beginRound(entries: CacheEntries): CacheEntries {
    const list = entries[0][0];
    const scores = scoresOf(list);
    const indices = kept(scores);
    surprisals.clear();
    for (const index of indices) surprisals.set(list[index].position, decay * scores[index]);
    return entries.map((lists) => lists.map((list) => indices.map((index) => list[index])));
  }

  return {
    positions: 'reindexed',
    window: () => SEES_ALL,
    compressAfter: 'prompt',
    surprisal: (position, value) => surprisals.set(position, value),
    ranks(_layer, _kvHead, list) {
      const scores = scoresOf(list);
      // What stays may stay as one of the newest, whatever it scores.
      for (const index of kept(scores)) scores[index] = Number.POSITIVE_INFINITY;
      return scores;
    },
    makeRoom(entries, tokens) {
      const fits = tokens <= roundLeft;
      roundLeft = (fits ? roundLeft : round) - tokens;
      return fits ? entries : beginRound(entries);
    },
  };
}
