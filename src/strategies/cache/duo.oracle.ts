import { duo } from '../../reference/methods/cache/duo';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ sparsity, sinks, recent }, _, calibration) => {
    const gates = calibration?.streamingGates ?? [];
    const lowestFirst = gates.flat().sort((a, b) => a - b);
    const streaming = lowestFirst.slice(0, Math.ceil(Number(sparsity) * lowestFirst.length));
    const retrieval = gates.map((layer) => layer.map((gate) => !streaming.includes(gate)));
    return { cache: duo({ retrieval, sinks: Number(sinks), recent: Number(recent) }) };
  },
  small: { sinks: 3, recent: 18 },
  others: [
    { sparsity: 1, sinks: 0, recent: 30 },
    { sparsity: 0.2, sinks: 17, recent: 2 },
  ],
  full: { recent: 500 },
  calibration: ({ layers, kvHeads }) => ({
    // All different, in no order.
    streamingGates: Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: kvHeads }, (_, head) => ((layer * kvHeads + head) * 0.37 + 0.2) % 1),
    ),
  }),
  protects: ({ sinks, recent }, length) => [
    ...Array(Number(sinks)).keys(),
    ...Array.from({ length: Number(recent) }, (_, i) => length - Number(recent) + i),
  ],
};
