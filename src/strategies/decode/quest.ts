import { listedPages, PageChoice } from '../../engine/primitives/page-choice';
import type { DecodeSelection } from '../../engine/strategy';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { DecodeCost } from './all';
import { denseLayers, meanOverLayers, pageBudget, pageOf, pageSize } from './parameters';

export const quest: Entry<DecodeSelection, DecodeCost> = {
  id: 'quest',
  title: 'Quest (pages)',
  summary:
    'Each query head reads the pages whose keys could score highest, judged by the smallest and largest value of each channel in the page. Nothing is lost from the cache: another query may want other pages.',
  formula:
    'u(page) = Σ_t max(q_t min_t, q_t max_t) ≥ max q·k;  read = top-(budget / page) by u ∪ newest page',
  tryThis:
    'Lower the budget until the needle is lost, and compare with evicting to the same number of entries: choosing anew for every token needs far fewer.',
  paper: {
    title: 'Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference',
    authors: 'Tang, Zhao, Zhu, Xiao, Kasikci, Han',
    year: 2024,
    arxiv: '2406.10774',
  },
  traits: ['selects', 'remembers-pages'],
  presets: [{ id: 'quest', title: 'Quest', family: 'Selective decode' }],
  parameters: [
    pageSize('page', 'Page', 16),
    tokenCount(
      'budget',
      'Budget',
      256,
      'How many tokens a head reads in a step, at least 3 pages.',
    ),
    denseLayers(1),
    {
      kind: 'choice',
      name: 'firstPage',
      title: 'First page',
      unit: '',
      options: [
        { value: 'off', title: 'competes' },
        { value: 'on', title: 'is always read' },
      ],
      default: 'off',
      meaning: 'Whether the page of the sinks has to win its place like the others.',
    },
  ],
  cost: (length, values, model) => ({
    slotsRead: meanOverLayers(length, readable(values), numberValue(values, 'dense'), model),
  }),
  build(values) {
    const page = pageOf('Quest', values);
    const dense = numberValue(values, 'dense');
    const budgetPages = pageBudget(numberValue(values, 'budget'), page);
    return {
      async prepare(bench) {
        const stride = listedPages(bench, page, budgetPages);
        const list = await bench.readList('pages to read', stride, 1, page);
        const rule = {
          page,
          budgetPages,
          budgetSlots: 0,
          inParts: false,
          firstForced: values.firstPage === 'on',
        };
        const choice = await PageChoice.create(bench, rule, () => list);
        return {
          promptRead: (recorder) => choice.stats.rebuild(recorder),
          select(recorder, layer) {
            if (layer < dense) return null;
            choice.stats.update(recorder, layer);
            choice.record(recorder, layer);
            return list;
          },
        };
      },
    };
  },
};

/** Entries that a head reads at most. */
function readable(values: ParameterValues): number {
  const page = numberValue(values, 'page');
  return pageBudget(numberValue(values, 'budget'), page) * page;
}
