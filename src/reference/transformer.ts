/**
 * The transformer in plain TypeScript, in double precision and in the order of its formulas: the oracle that
 * every shader is tested against. Slow on purpose: every weight of every head is kept.
 */
import { layerWindow, type ModelConfig } from '../model/config';
import { layerAngles } from './angles';
import { rotate, softCap, softmax } from './formulas';
import { ReferenceModel, type ReferenceWeights } from './model';
import { dot } from './vectors';

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

/**
 * Runs the model over the ids, each token seeing what the strategy and the layer's window let it see.
 * @param prompt tokens of the prompt, by which the angles of some models go
 */
export function forward(
  config: ModelConfig,
  weights: ReferenceWeights,
  ids: ArrayLike<number>,
  strategy: ReferenceStrategy = DENSE,
  prompt = ids.length,
): ReferenceResult {
  const { heads, kvHeads, headDim } = config;
  const model = new ReferenceModel(config, weights);
  const attention: Float64Array[][][] = [];
  const logSumExp: Float64Array[][] = [];
  let x = Array.from(ids as ArrayLike<number>, (id, position) => model.embed(id, position));

  for (const [layer, steps] of model.layers.entries()) {
    const { frequencies, scale } = layerAngles(config, layer, prompt);
    const window = layerWindow(config, layer);
    const projected = x.map((row) => steps.project(row));
    attention.push([]);
    logSumExp.push([]);
    const outputs = x.map(() => new Float64Array(heads * headDim));

    for (let head = 0; head < heads; head++) {
      const kvHead = Math.floor(head / (heads / kvHeads));
      const rows: Float64Array[] = [];
      const sums = new Float64Array(x.length);
      const masked = strategy.maskedHeads.some((m) => m.layer === layer && m.head === head);
      for (let query = 0; query < x.length; query++) {
        const kept = visibleKeys(query, strategy);
        const place = (key: number) =>
          strategy.positions === 'original' ? key : kept.indexOf(key);
        const turned = (vector: Float64Array, key: number) =>
          rotate(vector, place(key), frequencies, scale);
        const seen = kept.filter((key) => query - key < window);
        const rotated = turned(projected[query].queries[head], query);
        const scores = seen.map((key) => {
          const score = dot(rotated, turned(projected[key].keys[kvHead], key)) * config.scoreScale;
          return softCap(score, config.scoreCap) / strategy.temperature;
        });
        const { weights: row, logSumExp: sum } = softmax(scores);
        rows.push(new Float64Array(x.length));
        sums[query] = sum;
        seen.forEach((key, index) => {
          rows[query][key] = row[index];
          if (masked) return;
          projected[key].values[kvHead].forEach((value, i) => {
            outputs[query][head * headDim + i] += row[index] * value;
          });
        });
      }
      attention[layer].push(rows);
      logSumExp[layer].push(sums);
    }
    x = x.map((row, token) => steps.finish(row, outputs[token]));
  }
  return { logits: x.map((row) => model.logits(row)), attention, logSumExp };
}

/** Keys that a query sees, in the order of the text: sinks, then the newest up to the query itself. */
export function visibleKeys(query: number, strategy: ReferenceStrategy): number[] {
  const keys: number[] = [];
  for (let key = 0; key <= query; key++) {
    if (key < strategy.sinks || query - key < strategy.recent) keys.push(key);
  }
  return keys;
}
