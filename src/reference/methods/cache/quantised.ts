import type { CacheEntries, CacheEntry, CacheMethod } from '../method';
import { SEES_ALL } from './keep-all';

export interface QuantisedValues {
  bits: 8 | 4;
  /** Tokens (of keys) or channels (of values) that share a scale. */
  group: number;
  /** Newest entries that stay exact. */
  residual: number;
}

/**
 * Quantised KV in the style of KIVI (arXiv 2402.02750): keys per channel over groups of tokens, values per
 * token over groups of channels. After the prompt and after every token, each whole group of `group` tokens
 * that lies before the newest `residual` entries is quantised, keys and values together, so that between
 * `residual` and residual + group − 1 entries stay exact. The prompt itself attends to exact entries.
 */
export function quantised({ bits, group, residual }: QuantisedValues): CacheMethod {
  let done = 0;

  function quantise(entries: CacheEntries): CacheEntries {
    const begin = done;
    const whole = Math.floor((entries[0][0].length - residual) / group) * group;
    done = Math.max(done, whole);
    return entries.map((lists) =>
      lists.map((list) => {
        const groups: CacheEntry[] = [];
        for (let token = begin; token < done; token += group) {
          groups.push(...quantisedGroup(list.slice(token, token + group), group, bits));
        }
        return [...list.slice(0, begin), ...groups, ...list.slice(done)];
      }),
    );
  }

  return {
    positions: 'original',
    window: () => SEES_ALL,
    compressAfter: 'prompt',
    compress: quantise,
    afterTokens: quantise,
  };
}

/** Entries as they read after quantisation; the last group of channels may be smaller. */
function quantisedGroup(entries: CacheEntry[], group: number, bits: number): CacheEntry[] {
  const channels = [...entries[0].key.keys()].map((channel) =>
    restored(
      quantiseGroup(
        entries.map((entry) => entry.key[channel]),
        bits,
      ),
    ),
  );
  return entries.map((entry, token) => {
    const value: number[] = [];
    for (let channel = 0; channel < entry.value.length; channel += group) {
      value.push(
        ...restored(quantiseGroup([...entry.value.slice(channel, channel + group)], bits)),
      );
    }
    return {
      ...entry,
      key: Float64Array.from(channels, (tokens) => tokens[token]),
      value: Float64Array.from(value),
    };
  });
}

export interface QuantisedGroup {
  /** Whole numbers from 0 to 2^bits − 1; halves are rounded up. */
  codes: number[];
  scale: number;
  minimum: number;
}

/** Asymmetric quantisation: minimum + code · scale. Equal values have scale 0. */
export function quantiseGroup(values: number[], bits: number): QuantisedGroup {
  const minimum = Math.min(...values);
  const scale = (Math.max(...values) - minimum) / (2 ** bits - 1);
  const codes = values.map((value) => (scale === 0 ? 0 : Math.round((value - minimum) / scale)));
  return { codes, scale, minimum };
}

export function restored({ codes, scale, minimum }: QuantisedGroup): number[] {
  return codes.map((code) => minimum + code * scale);
}
