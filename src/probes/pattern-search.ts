/** The search of MInference (arXiv 2407.02490) for the sparse pattern that fits a head, scaled to short texts. */

/** A pattern with its two sizes; what they count is the family's. */
export interface SearchedPattern {
  family: 'a-shape' | 'vertical-slash' | 'block-sparse';
  /** A-shape: sinks. Vertical-slash: columns. Block-sparse: blocks in a row. */
  a: number;
  /** A-shape: local tokens. Vertical-slash: diagonals. Block-sparse: 0. */
  b: number;
}

/** One head on one text: the exact weights of its rows from `first` on, and what block scores come from. */
export interface HeadSample {
  tokens: number;
  headDim: number;
  /** The first row; a multiple of the block. */
  first: number;
  /** f32[tokens − first, tokens]; what lies in a row's future is not looked at. */
  weights: Float32Array;
  /** Rotated, each f32[tokens, headDim]. */
  queries: Float32Array;
  keys: Float32Array;
}

/** Tokens in a block. */
export const PATTERN_BLOCK = 32;
/** Last rows, from whose weights columns and diagonals are chosen. */
const LAST_ROWS = 32;
/** First columns and nearest diagonals that are always among the chosen. */
const FORCED = { columns: 4, diagonals: 4 };
const SINKS = 16;

type Mask = (query: number, key: number) => boolean;

/** The patterns to choose from: each computes about a quarter of the text in a row. */
export function patternCandidates(tokens: number): SearchedPattern[] {
  const blocks = Math.max(1, Math.round(tokens / 4 / PATTERN_BLOCK));
  const cost = blocks * PATTERN_BLOCK;
  return [
    { family: 'a-shape', a: SINKS, b: cost - SINKS },
    ...[cost / 8, cost / 2, (7 * cost) / 8].map(
      (columns): SearchedPattern => ({ family: 'vertical-slash', a: columns, b: cost - columns }),
    ),
    { family: 'block-sparse', a: blocks, b: 0 },
  ];
}

/** The candidate that keeps most of the head's weight; of equals the first, which is the cheapest to find. */
export function bestPattern(sample: HeadSample): SearchedPattern {
  const candidates = patternCandidates(sample.tokens);
  const kept = candidates.map((pattern) => keptMass(sample, pattern));
  return candidates[kept.indexOf(Math.max(...kept))];
}

/** Mean over the rows of the weight on the keys that the pattern computes, 0 to 1. */
export function keptMass(sample: HeadSample, pattern: SearchedPattern): number {
  const { tokens, first, weights } = sample;
  const computes = maskOf(sample, pattern);
  let mass = 0;
  for (let query = first; query < tokens; query++) {
    const row = (query - first) * tokens;
    for (let key = 0; key <= query; key++) {
      if (computes(query, key)) mass += weights[row + key];
    }
  }
  return mass / (tokens - first);
}

/** What the method would compute: columns, diagonals and blocks by its own cheap estimate. */
function maskOf(sample: HeadSample, { family, a, b }: SearchedPattern): Mask {
  switch (family) {
    case 'a-shape':
      return (query, key) => key < a || query - key < b;
    case 'vertical-slash': {
      const { columns, diagonals } = lastRowSums(sample);
      const chosenColumns = highest(columns, a, FORCED.columns);
      const chosenDiagonals = highest(diagonals, b, FORCED.diagonals);
      return (query, key) => chosenColumns[key] === 1 || chosenDiagonals[query - key] === 1;
    }
    case 'block-sparse': {
      const chosen = chosenBlocks(sample, a);
      const blockOf = (position: number) => Math.floor(position / PATTERN_BLOCK);
      return (query, key) => chosen[blockOf(query - sample.first)][blockOf(key)] === 1;
    }
  }
}

/** Weight of the last rows by key, and by distance of the key from its query. */
function lastRowSums({ tokens, first, weights }: HeadSample) {
  const columns = new Float64Array(tokens);
  const diagonals = new Float64Array(tokens);
  for (let query = Math.max(first, tokens - LAST_ROWS); query < tokens; query++) {
    const row = (query - first) * tokens;
    for (let key = 0; key <= query; key++) {
      columns[key] += weights[row + key];
      diagonals[query - key] += weights[row + key];
    }
  }
  return { columns, diagonals };
}

/** For each block of rows, 1 at the blocks of keys whose mean scores best with its mean query; its own is one. */
function chosenBlocks(sample: HeadSample, blocks: number): Uint8Array[] {
  const { headDim, queries, keys, first } = sample;
  const pooledKeys = blockMeans(keys, headDim);
  const pooledQueries = blockMeans(queries.subarray(first * headDim), headDim);
  return pooledQueries.map((query, row) => {
    const own = first / PATTERN_BLOCK + row;
    const scores = pooledKeys.slice(0, own + 1).map((key) => dot(query, key));
    return highest(scores.reverse(), blocks, 1).reverse();
  });
}

/** Means of consecutive blocks of rows; the last averages what is left. */
function blockMeans(rows: Float32Array, columns: number): Float64Array[] {
  const size = PATTERN_BLOCK * columns;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, block) => {
    const part = rows.subarray(block * size, (block + 1) * size);
    const means = new Float64Array(columns);
    part.forEach((value, i) => {
      means[i % columns] += (value * columns) / part.length;
    });
    return means;
  });
}

/** 1 at the `count` highest scores, the first `forced` always among them. */
function highest(
  scores: ArrayLike<number>,
  count: number,
  forced: number,
): Uint8Array<ArrayBuffer> {
  const ranked = Array.from(scores, (score, index) => ({
    index,
    score: index < forced ? Number.POSITIVE_INFINITY : score,
  })).sort((one, other) => other.score - one.score);
  const chosen = new Uint8Array(scores.length);
  for (const { index } of ranked.slice(0, count)) chosen[index] = 1;
  return chosen;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
