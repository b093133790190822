/** Mean surprisal of a stretch of the text, as perplexity: exp of the mean of −ln p. */
export interface PerplexityBin {
  /** Tokens [from, to). */
  from: number;
  to: number;
  perplexity: number;
}

const MOST_PER_BIN = 256;
const FEWEST_PER_BIN = 32;
/** A short text is cut finer, so that there is a line to see. */
const BINS_AT_LEAST = 16;

/** Tokens of a bin in a text of that length: 256, and a smaller power of two for short texts. */
export function binSize(tokens: number): number {
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, tokens / BINS_AT_LEAST)));
  return Math.min(MOST_PER_BIN, Math.max(FEWEST_PER_BIN, wanted));
}

/**
 * Perplexity bin by bin.
 * @param surprisals −ln p by position, not a number where there is none
 * @param read tokens read so far; a bin is told when it is full or the text is over
 * @param mean of the tokens of each bin, or of all the text up to its end
 */
export function perplexityBins(
  surprisals: Float32Array,
  read: number,
  mean: 'bin' | 'so-far' = 'bin',
): PerplexityBin[] {
  const tokens = surprisals.length;
  const bin = binSize(tokens);
  const bins: PerplexityBin[] = [];
  let before = { sum: 0, count: 0 };
  for (let from = 0; from < tokens; from += bin) {
    const to = Math.min(tokens, from + bin);
    if (to > read) break;
    const own = sumOf(surprisals, from, to);
    const sum = mean === 'bin' ? own.sum : own.sum + before.sum;
    const count = mean === 'bin' ? own.count : own.count + before.count;
    before = { sum: own.sum + before.sum, count: own.count + before.count };
    if (count > 0) bins.push({ from, to, perplexity: Math.exp(sum / count) });
  }
  return bins;
}

/** How many times the perplexity of others it is, bin by bin; where both are known. */
export function perplexityRatios(bins: PerplexityBin[], others: PerplexityBin[]): PerplexityBin[] {
  return bins.flatMap(({ from, to, perplexity }) => {
    const other = others.find((bin) => bin.from === from);
    return other ? { from, to, perplexity: perplexity / other.perplexity } : [];
  });
}

/** Perplexity of the tokens at [from, to); null where none of them has a surprisal. */
export function perplexityOf(surprisals: Float32Array, from: number, to: number): number | null {
  const { sum, count } = sumOf(surprisals, from, to);
  return count === 0 ? null : Math.exp(sum / count);
}

function sumOf(surprisals: Float32Array, from: number, to: number): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (let position = from; position < to; position++) {
    if (Number.isNaN(surprisals[position])) continue;
    sum += surprisals[position];
    count++;
  }
  return { sum, count };
}
