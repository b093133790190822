import { softmax } from './formulas';

/**
 * −ln p of each token given those before it, in nats.
 * @param logits [tokens][vocab]: those after each token
 * @returns f64[tokens]; the first token, which nothing predicts, is not a number
 */
export function surprisals(logits: ArrayLike<number>[], ids: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: ids.length }, (_, token) => {
    if (token === 0) return Number.NaN;
    const before = Array.from(logits[token - 1]);
    return softmax(before).logSumExp - before[ids[token]];
  });
}
