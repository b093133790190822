import { softmax } from '../../formulas';
import { cosine, mean } from '../../vectors';
import type { DecodeMethod, DecodeView, MethodShape } from '../method';
import { topIndices } from '../top-k';
import { range } from './range';
import { attentionScores, kvHeadOf } from './scores';

export interface RecycledValues {
  /** Entries that a recycling step reads. */
  k: number;
  /** Steps between full steps, or between the questions whether one is due. */
  stride: number;
  /** 'on': after `stride` steps the step is full only if the query has drifted. */
  drift: 'off' | 'on';
  /** Drifted: the cosine with the mean query of the last full step is below this. */
  threshold: number;
}

interface FullStep {
  /** Mean of the layer's queries over its heads. */
  query: Float64Array;
  /** weights[kvHead][entry]: mean of the weights over the group's query heads. */
  weights: number[][];
}

/**
 * Recycled Attention (arXiv 2411.05787): a full step reads everything and ranks the entries by their weight;
 * the steps after it read the k best, where each entry added since takes the place of the lowest-ranked one
 * left. The group of a KV head shares one list by the mean of its weights (the paper's reduction is not
 * known). Step 0 is full in place of the prompt's last token.
 */
export function recycled(values: RecycledValues, shape: MethodShape): DecodeMethod {
  const { k, stride, drift, threshold } = values;
  const fullSteps: (FullStep | undefined)[] = [];

  function fullStep({ queries, entries }: DecodeView): FullStep {
    const weights = entries.map((own, kvHead) => {
      const group = queries.filter((_, head) => kvHeadOf(head, shape) === kvHead);
      return [
        ...mean(
          group.map((query) => Float64Array.from(softmax(attentionScores(query, own)).weights)),
        ),
      ];
    });
    return { query: mean(queries), weights };
  }

  return {
    positions: 'original',
    select(view) {
      const { layer, step, queries, entries } = view;
      const last = fullSteps[layer];
      const drifted = () => !last || cosine(mean(queries), last.query) < threshold;
      if (!last || (step % stride === 0 && (drift === 'off' || drifted()))) {
        fullSteps[layer] = fullStep(view);
        return null;
      }
      const lists = entries.map((own, kvHead) => {
        const ranked = last.weights[kvHead];
        const added = own.length - ranked.length;
        return [
          ...topIndices(ranked, k - added),
          ...range(own.length - Math.min(k, added), own.length),
        ];
      });
      return queries.map((_, head) => lists[kvHeadOf(head, shape)]);
    },
  };
}
