import { razor } from '../../reference/methods/cache/razor';
import type { Oracle } from '../oracle';
import { protocolOf } from './parameters';
import { lastPositions } from './snapkv.oracle';

export const oracle: Oracle = {
  reference: (values, { kvHeads, heads }, calibration) => {
    const { echo = [], induction = [] } = calibration?.headClasses ?? {};
    /** Lowest score of the share of all query heads that score highest. */
    const lowest = (scores: number[][], share: number) =>
      scores.flat().sort((a, b) => b - a)[Math.ceil(share * scores.flat().length) - 1] ?? 2;
    const lowestEcho = lowest(echo, Number(values.echo));
    const lowestInduction = lowest(induction, Number(values.induction));
    const group = heads / kvHeads;
    const retrieval = echo.map((scores, layer) =>
      Array.from({ length: kvHeads }, (_, kvHead) =>
        Array.from({ length: group }, (_, i) => kvHead * group + i).some(
          (head) => scores[head] >= lowestEcho || induction[layer][head] >= lowestInduction,
        ),
      ),
    );
    const [sinks, local] = [Number(values.sinks), Number(values.local)];
    return { cache: razor({ heads: retrieval, sinks, local, protocol: protocolOf(values) }) };
  },
  small: { sinks: 3, local: 20 },
  others: [
    { sinks: 0, local: 1, echo: 0, induction: 0 },
    { sinks: 2, local: 40, echo: 0.3, induction: 0, protocol: 'context' },
    // The first entry is dropped some tokens after the prompt.
    { sinks: 4, local: 148 },
  ],
  full: { echo: 1 },
  calibration: ({ layers, heads }) => {
    // All different, in no order.
    const scores = (step: number) =>
      Array.from({ length: layers }, (_, layer) =>
        Array.from({ length: heads }, (_, head) => ((layer * heads + head) * step + 0.1) % 1),
      );
    return { headClasses: { echo: scores(0.37), induction: scores(0.71) } };
  },
  protects: ({ sinks, local }, length) => [
    ...Array(Number(sinks)).keys(),
    ...lastPositions(Number(local), length),
  ],
};
