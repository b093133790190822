import { extendList, layerLists, selectList } from '../../engine/primitives/list-work';
import { DriftGate, SlotScores, Votes } from '../../engine/primitives/slot-scores';
import type { DecodeSelection } from '../../engine/strategy';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { DecodeCost } from './all';
import { denseLayers, meanOverLayers } from './parameters';

/**
 * Scores are divided by √d and query heads share KV heads in groups, which the authors' code leaves out; the
 * prompt is read densely.
 */
export const tokenSelect: Entry<DecodeSelection, DecodeCost> = {
  id: 'token-select',
  title: 'TokenSelect (vote of the heads)',
  summary:
    'The heads of a layer vote with their attention weights, and all read the same winners, with positions counted among what is read; the choice stays while the query hardly moves. A soft vote keeps one loud head from deciding alone.',
  formula:
    'A = Σ_h softmax(q_h·K/√d);  read = {0 … s − 1} ∪ top-k of A ∪ newest w;  kept while cos(q, q_chosen) ≥ θ',
  tryThis:
    'Set the threshold to −1: the first token’s choice serves the whole answer. At which token does it go wrong?',
  paper: {
    title:
      'TokenSelect: Efficient Long-Context Inference and Length Extrapolation for LLMs via Dynamic Token-Level KV Cache Selection',
    authors: 'Wu, Pan, Wang, Chen, Bai, Wang, Fu, Wang, Xiong',
    year: 2024,
    arxiv: '2411.02886',
  },
  traits: ['selects', 'remembers-slots', 'reindexes'],
  presets: [{ id: 'token-select', title: 'TokenSelect', family: 'Selective decode' }],
  parameters: [
    tokenCount('sinks', 'Sinks', 4, 'How many first tokens are always read.', 0),
    tokenCount(
      'recent',
      'Recent entries',
      64,
      'How many of the newest tokens are always read, the current one included.',
    ),
    tokenCount('k', 'Chosen', 128, 'How many tokens between them are chosen by the vote.'),
    {
      kind: 'number',
      name: 'threshold',
      title: 'Similarity',
      unit: '',
      min: -1,
      max: 2,
      step: 0.05,
      default: 0.9,
      meaning: 'A choice is made anew when the query’s cosine falls below; above 1 at every step.',
    },
    denseLayers(0),
  ],
  conflicts: ({ cache }) =>
    cache.id === 'keep-all'
      ? null
      : 'The heads of a layer read the same tokens, so all heads must have kept them.',
  cost: (length, values, model) => ({
    slotsRead: meanOverLayers(length, readable(values), numberValue(values, 'dense'), model),
  }),
  build(values) {
    const [sinks, recent, k, threshold, dense] = ['sinks', 'recent', 'k', 'threshold', 'dense'].map(
      (name) => numberValue(values, name),
    );
    return {
      positions: 'reindexed',
      async prepare(bench) {
        const { heads } = bench.config;
        const take = sinks + k;
        const stride = Math.min(bench.capacity, take);
        const chosen = layerLists(bench, 'chosen slots', 1, stride);
        const [drift, list] = await Promise.all([
          DriftGate.create(bench, threshold, false),
          bench.readList('slots to read', Math.min(bench.capacity, take + recent), heads, 1),
        ]);
        const { gate } = drift;
        const scores = await SlotScores.create(bench, { gate, take, distance: recent });
        const votes = await Votes.create(bench, scores, { group: heads, sinks, recent, take });
        const { sizes } = votes;
        const [extend, ...selects] = await Promise.all([
          extendList(bench, chosen, list, recent),
          ...chosen.map((lists, layer) =>
            selectList(
              bench,
              'count',
              { values: votes.values[layer], stride: scores.stride, sizes },
              lists,
            ),
          ),
        ]);
        return {
          select(recorder, layer) {
            const slots = bench.cache.slots + recorder.tokens;
            if (layer < dense || slots <= take + recent) return null;
            drift.record(recorder, layer);
            votes.record(recorder, layer);
            recorder.run(selects[layer], 1);
            recorder.run(extend[layer], 1);
            return list;
          },
        };
      },
    };
  },
};

/** Entries that a step reads at most. */
function readable(values: ParameterValues): number {
  return ['sinks', 'k', 'recent'].reduce((sum, name) => sum + numberValue(values, name), 0);
}
