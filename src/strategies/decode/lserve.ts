import { extendList, layerLists } from '../../engine/primitives/list-work';
import { listedPages, PageChoice } from '../../engine/primitives/page-choice';
import type { DecodeSelection } from '../../engine/strategy';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { DecodeCost } from './all';
import { denseLayers, meanOverLayers, pageBudget, pageOf, pageSize } from './parameters';

/** The retrieval heads of LServe; its streaming heads are head classes of the cache. */
export const lserve: Entry<DecodeSelection, DecodeCost> = {
  id: 'lserve',
  title: 'LServe (hierarchical pages)',
  summary:
    'Pages are read as a whole but judged by the best of their parts of 16 tokens, and a choice serves several steps. Large pages suit the hardware, small parts keep the bound tight.',
  formula:
    'u(page) = max over parts of Σ_t max(q_t min_t, q_t max_t);  every i steps read = top-(budget / page − 1) ∪ newest page',
  tryThis:
    'Double the page at the same budget: the choice gets coarser. Then raise the interval and see how long an old choice still finds the needle.',
  paper: {
    title: 'LServe: Efficient Long-sequence LLM Serving with Unified Sparse Attention',
    authors: 'Yang, Guo, Tang, Hu, Xiao, Tang, Lin, Liu, Lu, Han',
    year: 2025,
    arxiv: '2502.14866',
  },
  traits: ['selects', 'remembers-pages'],
  presets: [{ id: 'lserve-pages', title: 'LServe pages', family: 'Selective decode' }],
  parameters: [
    pageSize('page', 'Page', 32),
    tokenCount(
      'budget',
      'Budget',
      256,
      'How many tokens a head reads in a step, at least 3 pages; what fits is read in full.',
    ),
    {
      kind: 'integer',
      name: 'interval',
      title: 'Interval',
      unit: 'steps',
      min: 1,
      max: 1024,
      step: 1,
      default: 4,
      meaning: 'How many steps a choice serves; more are cheaper, and older.',
    },
    denseLayers(0),
  ],
  cost(length, values, model) {
    // Between two choices the newest page grows, and others begin.
    const read = readable(values) + numberValue(values, 'interval') - 1;
    return { slotsRead: meanOverLayers(length, read, numberValue(values, 'dense'), model) };
  },
  build(values) {
    const page = pageOf('LServe', values);
    const budget = numberValue(values, 'budget');
    const interval = numberValue(values, 'interval');
    const dense = numberValue(values, 'dense');
    const budgetPages = pageBudget(budget, page);
    return {
      async prepare(bench) {
        const { heads } = bench.config;
        const most = Math.max(budgetPages, Math.ceil(budget / page));
        const chosen = layerLists(bench, 'chosen pages', heads, listedPages(bench, page, most));
        const begun = Math.ceil((interval - 1) / page);
        const stride = listedPages(bench, page, most + begun);
        const list = await bench.readList('pages to read', stride, 1, page);
        const rule = { page, budgetPages, budgetSlots: budget, inParts: true, firstForced: false };
        const [choice, extend] = await Promise.all([
          PageChoice.create(bench, rule, (layer) => chosen[layer]),
          extendList(bench, chosen, list, bench.capacity),
        ]);
        let chooses = false;
        return {
          promptRead: (recorder) => choice.stats.rebuild(recorder),
          beginStep(step) {
            chooses = step % interval === 0;
          },
          select(recorder, layer) {
            if (layer < dense) return null;
            choice.stats.update(recorder, layer);
            if (chooses) choice.record(recorder, layer);
            recorder.run(extend[layer], heads);
            return list;
          },
        };
      },
    };
  },
};

/** Entries that a head reads at most in the step of a choice. */
function readable(values: ParameterValues): number {
  const page = numberValue(values, 'page');
  const budget = numberValue(values, 'budget');
  return Math.max(budget, pageBudget(budget, page) * page);
}
