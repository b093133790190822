import { softmax } from './formulas';

/**
 * The Kullback-Leibler divergence KL(p‖q) = Σ p (ln p − ln q), in nats, of the distributions that two rows of
 * logits stand for (Kullback & Leibler, 1951).
 */
export function klDivergence(pLogits: number[], qLogits: number[]): number {
  const p = softmax(pLogits);
  const q = softmax(qLogits);
  return p.weights.reduce(
    (sum, weight, token) =>
      sum + weight * (pLogits[token] - p.logSumExp - (qLogits[token] - q.logSumExp)),
    0,
  );
}
