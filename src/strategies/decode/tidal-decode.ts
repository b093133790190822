import { extendList, type Lists, selectList } from '../../engine/primitives/list-work';
import { openGate, SlotScores } from '../../engine/primitives/slot-scores';
import type { DecodeSelection } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { DecodeCost } from './all';
import { denseLayers, meanOverLayers } from './parameters';

export const tidalDecode: Entry<DecodeSelection, DecodeCost> = {
  id: 'tidal-decode',
  title: 'TidalDecode (selection layers)',
  summary:
    'One or two layers read everything and note their best tokens, head by head; the layers after them read only those. Neighbouring layers mostly want the same positions, so few need to search.',
  formula: 'layer a: S_h = top-k of q_h·K;  layers after it read S_h ∪ {t};  layer r selects again',
  tryThis:
    'Lower the number of tokens until the needle is lost, then let a later layer select again: what the first layers do not look for, a deeper one may.',
  paper: {
    title: 'TidalDecode: Fast and Accurate LLM Decoding with Position Persistent Sparse Attention',
    authors: 'Yang, Zhang, Chen, Li, Jia',
    year: 2024,
    arxiv: '2410.05076',
  },
  traits: ['selects'],
  presets: [{ id: 'tidal-decode', title: 'TidalDecode', family: 'Selective decode' }],
  parameters: [
    {
      ...denseLayers(1),
      meaning: 'How many layers come before the first that selects; all these read everything.',
    },
    {
      kind: 'integer',
      name: 'reselect',
      title: 'Second selection',
      unit: '',
      min: -1,
      max: 127,
      step: 1,
      default: -1,
      meaning: 'Layer that reads everything and selects again, counted from 0; −1 for none.',
    },
    tokenCount('k', 'Chosen', 64, 'How many tokens a selection notes for each head.'),
  ],
  conflicts: ({ cache }) =>
    cache.id === 'keep-all'
      ? null
      : 'Layers reuse what another layer chose, so all layers and heads must hold the same entries.',
  cost(length, values, model) {
    const full = numberValue(values, 'dense') + (numberValue(values, 'reselect') < 0 ? 1 : 2);
    return { slotsRead: meanOverLayers(length, numberValue(values, 'k') + 1, full, model) };
  },
  build(values) {
    const dense = numberValue(values, 'dense');
    const reselect = numberValue(values, 'reselect');
    const k = numberValue(values, 'k');
    if (reselect !== -1 && reselect <= dense) {
      throw new TroubleError(
        'bad-input',
        `TidalDecode: layer ${reselect} cannot select again, as layer ${dense} is the first that selects.`,
        'Let a later layer select again, or none: −1.',
      );
    }
    return {
      async prepare(bench) {
        const { heads } = bench.config;
        const stride = Math.min(bench.capacity, k);
        const chosen: Lists = {
          buffer: bench.storage('chosen slots', heads * (1 + stride) * 4),
          stride,
        };
        const [scores, list] = await Promise.all([
          SlotScores.create(bench, { gate: openGate(bench), take: k, distance: 0 }),
          bench.readList('slots to read', Math.min(bench.capacity, k + 1), 1, 1),
        ]);
        const rows = { values: scores.scores, stride: scores.stride, sizes: scores.sizes };
        const [choose, extend] = await Promise.all([
          selectList(bench, 'count', rows, chosen),
          extendList(bench, new Array<Lists>(bench.config.layers).fill(chosen), list, 1),
        ]);
        return {
          select(recorder, layer) {
            if (layer < dense) return null;
            if (layer !== dense && layer !== reselect) return list;
            scores.record(recorder, layer);
            recorder.run(choose, heads);
            recorder.run(extend[layer], heads);
            return null;
          },
        };
      },
    };
  },
};
