/**
 * The Llama transformer in plain TypeScript, in double precision and in the order of its formulas: the
 * oracle that every shader is tested against. Slow on purpose: every weight of every head is kept.
 */
import type { ModelConfig } from '../model/config';
import { dot } from './vectors';

/** The sizes that the formulas need. */
export type ReferenceConfig = Omit<ModelConfig, 'contextLength' | 'bosId' | 'eosIds'>;

/** Tensors by their names in a Llama checkpoint; matrices are [out, in], row by row. */
export type ReferenceWeights = (name: string) => ArrayLike<number>;

export interface ReferenceStrategy {
  /** Entries at the start that every query sees. */
  sinks: number;
  /** Newest entries that a query sees, its own included; Infinity for all. */
  recent: number;
  /** Whether a key's position is its place in the text or its index among the keys that the query sees. */
  positions: 'original' | 'reindexed';
  temperature: number;
  maskedHeads: { layer: number; head: number }[];
}

export const DENSE: ReferenceStrategy = {
  sinks: 0,
  recent: Number.POSITIVE_INFINITY,
  positions: 'original',
  temperature: 1,
  maskedHeads: [],
};

export interface ReferenceResult {
  /** [tokens][vocab] */
  logits: Float64Array[];
  /** attention[layer][head][query][key]: weights; 0 for keys that the query does not see. */
  attention: Float64Array[][][];
  /** logSumExp[layer][head][query] of the scaled scores. */
  logSumExp: Float64Array[][];
}

/** Runs the model over the ids, each token seeing what the strategy lets it see. */
export function forward(
  config: ReferenceConfig,
  weights: ReferenceWeights,
  ids: ArrayLike<number>,
  strategy: ReferenceStrategy = DENSE,
): ReferenceResult {
  const { hiddenSize, layers, heads, kvHeads, headDim } = config;
  const attention: Float64Array[][][] = [];
  const logSumExp: Float64Array[][] = [];
  const embedding = weights('model.embed_tokens.weight');
  const x = Array.from(ids as ArrayLike<number>, (id) =>
    Float64Array.from({ length: hiddenSize }, (_, i) => embedding[id * hiddenSize + i]),
  );

  for (let layer = 0; layer < layers; layer++) {
    const weight = (name: string) => weights(`model.layers.${layer}.${name}.weight`);
    const normed = x.map((row) => rmsNorm(row, weight('input_layernorm'), config.rmsNormEps));
    const q = normed.map((row) => matVec(weight('self_attn.q_proj'), row, heads * headDim));
    const k = normed.map((row) => matVec(weight('self_attn.k_proj'), row, kvHeads * headDim));
    const v = normed.map((row) => matVec(weight('self_attn.v_proj'), row, kvHeads * headDim));
    attention.push([]);
    logSumExp.push([]);
    const outputs = x.map(() => new Float64Array(heads * headDim));

    for (let head = 0; head < heads; head++) {
      const kvHead = Math.floor(head / (heads / kvHeads));
      const rows: Float64Array[] = [];
      const sums = new Float64Array(x.length);
      const masked = strategy.maskedHeads.some((m) => m.layer === layer && m.head === head);
      for (let query = 0; query < x.length; query++) {
        const seen = visibleKeys(query, strategy);
        const place = (key: number, index: number) =>
          strategy.positions === 'original' ? key : index;
        const rotated = rope(
          slice(q[query], head, headDim),
          place(query, seen.length - 1),
          config.ropeTheta,
        );
        const scores = seen.map((key, index) => {
          const turned = rope(slice(k[key], kvHead, headDim), place(key, index), config.ropeTheta);
          return dot(rotated, turned) / (Math.sqrt(headDim) * strategy.temperature);
        });
        const { weights: row, logSumExp: sum } = softmax(scores);
        rows.push(new Float64Array(x.length));
        sums[query] = sum;
        seen.forEach((key, index) => {
          rows[query][key] = row[index];
          if (masked) return;
          const value = slice(v[key], kvHead, headDim);
          for (let i = 0; i < headDim; i++) {
            outputs[query][head * headDim + i] += row[index] * value[i];
          }
        });
      }
      attention[layer].push(rows);
      logSumExp[layer].push(sums);
    }

    x.forEach((row, token) => {
      add(row, matVec(weight('self_attn.o_proj'), outputs[token], hiddenSize));
      feedForward(config, weight, row);
    });
  }

  const output = config.tiedEmbeddings ? embedding : weights('lm_head.weight');
  const logits = x.map((row) =>
    matVec(output, rmsNorm(row, weights('model.norm.weight'), config.rmsNormEps), config.vocabSize),
  );
  return { logits, attention, logSumExp };
}

/** Keys that a query sees, in the order of the text: sinks, then the newest up to the query itself. */
export function visibleKeys(query: number, strategy: ReferenceStrategy): number[] {
  const keys: number[] = [];
  for (let key = 0; key <= query; key++) {
    if (key < strategy.sinks || query - key < strategy.recent) keys.push(key);
  }
  return keys;
}

/** x / sqrt(mean(x²) + eps) * weight. */
export function rmsNorm(x: Float64Array, weight: ArrayLike<number>, eps: number): Float64Array {
  const meanSquare = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, i) => (value / Math.sqrt(meanSquare + eps)) * weight[i]);
}

/** The second half of a layer, in place: row += down(silu(gate(n)) · up(n)), n the normalised row. */
export function feedForward(
  config: ReferenceConfig,
  weight: ReferenceWeights,
  row: Float64Array,
): void {
  const input = rmsNorm(row, weight('post_attention_layernorm'), config.rmsNormEps);
  const gate = matVec(weight('mlp.gate_proj'), input, config.intermediateSize);
  const up = matVec(weight('mlp.up_proj'), input, config.intermediateSize);
  const activated = gate.map((value, i) => silu(value) * up[i]);
  add(row, matVec(weight('mlp.down_proj'), activated, config.hiddenSize));
}

/** matrix [out, in] times vector. */
export function matVec(matrix: ArrayLike<number>, x: Float64Array, out: number): Float64Array {
  return Float64Array.from({ length: out }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += matrix[row * x.length + i] * x[i];
    return sum;
  });
}

/** Rotates pairs (i, i + d/2) by position · theta^(−2i/d). */
export function rope(x: Float64Array, position: number, theta: number): Float64Array {
  return rotate(x, position, ropeFrequencies(x.length, theta));
}

/** theta^(−2i/d): the angle per position of every rotary pair i. */
export function ropeFrequencies(headDim: number, theta: number): number[] {
  const half = headDim / 2;
  return Array.from({ length: half }, (_, pair) => theta ** (-pair / half));
}

/** Rotates pairs (i, i + d/2) by position · frequencies[i], and scales them. */
export function rotate(
  x: Float64Array,
  position: number,
  frequencies: number[],
  scale = 1,
): Float64Array {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = position * frequencies[i % half];
    const other = i < half ? -x[i + half] : x[i - half];
    return scale * (value * Math.cos(angle) + other * Math.sin(angle));
  });
}

/** Weights of scores, and the logarithm of the sum of their exponentials. */
export function softmax(scores: number[]): { weights: number[]; logSumExp: number } {
  const highest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return {
    weights: exponentials.map((value) => value / sum),
    logSumExp: highest + Math.log(sum),
  };
}

export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

/** The part of a row [heads * headDim] that belongs to one head. */
export function slice(row: Float64Array, head: number, headDim: number): Float64Array {
  return row.subarray(head * headDim, (head + 1) * headDim);
}

/** target += addend. */
export function add(target: Float64Array, addend: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += addend[i];
}
