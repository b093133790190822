import { layerLists, RECYCLE, selectList } from '../../engine/primitives/list-work';
import { SELECTOR_THREADS } from '../../engine/primitives/selectors';
import { DriftGate, openGate, SlotScores, Votes } from '../../engine/primitives/slot-scores';
import type { DecodeSelection } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { DecodeCost } from './all';

/**
 * The heads that share a KV head share a list, by the mean of their weights; how the authors reduce them is
 * not known. The first step is full in place of the prompt's last token.
 */
export const recycled: Entry<DecodeSelection, DecodeCost> = {
  id: 'recycled',
  title: 'Recycled Attention',
  summary:
    'Every few steps a token reads everything; the steps between read only the tokens with the most weight then, and what was added since. The tokens that matter change slowly, and nothing is evicted.',
  formula:
    'full step: ranks = Σ_group softmax(qK/√d);  steps between: read = top-(k − added) of the ranks ∪ added',
  tryThis:
    'Raise the stride until the answer breaks off in the middle, then let the drift of the query decide when to read everything.',
  paper: {
    title: 'Recycled Attention: Efficient inference for long-context language models',
    authors: 'Xu, Goyal, Choi',
    year: 2024,
    arxiv: '2411.05787',
  },
  traits: ['selects', 'remembers-slots'],
  presets: [{ id: 'recycled-attention', title: 'Recycled Attention', family: 'Selective decode' }],
  parameters: [
    tokenCount('k', 'Recycled', 128, 'How many tokens a step between full steps reads.'),
    {
      kind: 'integer',
      name: 'stride',
      title: 'Stride',
      unit: 'steps',
      min: 1,
      max: 4096,
      step: 1,
      default: 10,
      meaning: 'Steps from one full step to the next; more are cheaper, and older.',
    },
    {
      kind: 'choice',
      name: 'drift',
      title: 'Full steps',
      unit: '',
      options: [
        { value: 'off', title: 'at every stride' },
        { value: 'on', title: 'at a stride, if the query has drifted' },
      ],
      default: 'off',
      meaning: 'Whether a layer skips a full step while its query is still like that of the last.',
    },
    {
      kind: 'number',
      name: 'threshold',
      title: 'Similarity',
      unit: '',
      min: -1,
      max: 2,
      step: 0.05,
      default: 0.8,
      meaning: 'The query has drifted when its cosine falls below; used if drift decides.',
    },
  ],
  cost(length, values) {
    const share = 1 / numberValue(values, 'stride');
    const between = Math.min(length, numberValue(values, 'k'));
    return { slotsRead: share * length + (1 - share) * between };
  },
  build(values) {
    const k = numberValue(values, 'k');
    const stride = numberValue(values, 'stride');
    const checks = values.drift === 'on';
    return {
      async prepare(bench) {
        const { heads, kvHeads } = bench.config;
        const group = heads / kvHeads;
        const take = Math.min(bench.capacity, k);
        const lists = layerLists(bench, 'recycled slots', kvHeads, take);
        const drift = checks
          ? await DriftGate.create(bench, numberValue(values, 'threshold'), true)
          : null;
        const gate = drift?.gate ?? openGate(bench);
        const scores = await SlotScores.create(bench, { gate, take, distance: 0 });
        const votes = await Votes.create(bench, scores, { group, sinks: 0, recent: 0, take });
        const selects = await Promise.all(
          lists.map((list, layer) =>
            selectList(
              bench,
              'count',
              { values: votes.values[layer], stride: scores.stride, sizes: votes.sizes },
              list,
            ),
          ),
        );
        /** @param checked whether the step may turn out to be a full one */
        const recycling = async (checked: boolean) => {
          const most = checked ? bench.capacity : take;
          const list = await bench.readList('slots to read', most, group, 1);
          const pipeline = await bench.kernel(RECYCLE, {
            THREADS: SELECTOR_THREADS,
            VALUE_STRIDE: scores.stride,
            LIST_STRIDE: most,
            TAKE: take,
            CHECKED: checked ? 1 : 0,
          });
          const steps = bench.layerSteps(pipeline, (layer) => ({
            gate,
            lists: lists[layer].buffer,
            weights: votes.values[layer],
            selected: list.buffer,
          }));
          return { list, steps };
        };
        const between = await recycling(false);
        const checked = checks ? await recycling(true) : null;
        let step = 0;
        return {
          beginStep(next) {
            step = next;
          },
          select(recorder, layer) {
            const due = step % stride === 0;
            if (due) {
              drift?.record(recorder, layer);
              votes.record(recorder, layer);
              recorder.run(selects[layer], kvHeads);
            }
            const known = due && (checked === null || step === 0);
            if (known) return null;
            const { list, steps } = (due && checked) || between;
            recorder.run(steps[layer], kvHeads);
            return list;
          },
        };
      },
    };
  },
};
