import { type LineBudgets, planLines, planMaker } from '../../engine/primitives/plan-work';
import type { PrefillPattern } from '../../engine/strategy';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import type { PrefillCost } from './dense';
import { cappedPairs } from './pair-bounds';
import { FORCED_COLUMNS, FORCED_DIAGONALS, LAST_QUERIES } from './parameters';

/** Single columns and diagonals; the authors' kernel rounds diagonals to blocks of 64. */
export const verticalSlash: Entry<PrefillPattern, PrefillCost> = {
  id: 'vertical-slash',
  title: 'Vertical-slash',
  summary:
    'Each head computes the key columns and the diagonals that get most weight from the last queries, for many heads look at a few tokens and at fixed distances. Prompts are read in chunks of 512 tokens, and the last queries of each chunk stand for all of it.',
  formula:
    'columns = top_v Σ_i P̂_ij,  diagonals = top_l Σ_i P̂_i,i−o,  P̂ = softmax(Q_last Kᵀ/√d);  pairs = {j ≤ i: j in columns or i − j in diagonals}',
  tryThis:
    'Give it few columns and many diagonals, then the reverse: a needle is a column, a copied passage a diagonal.',
  paper: {
    title:
      'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
    authors: 'Jiang, Li, Zhang et al.',
    year: 2024,
    arxiv: '2407.02490',
  },
  causality: 'chunk',
  traits: ['plans'],
  presets: [{ id: 'vertical-slash', title: 'Vertical-slash', family: 'Sparse prefill' }],
  parameters: [
    {
      kind: 'integer',
      name: 'vertical',
      title: 'Columns',
      unit: 'tokens',
      min: 0,
      max: 131072,
      step: 1,
      default: 48,
      meaning: 'How many keys all later queries of a chunk see; never fewer than the sinks.',
    },
    {
      kind: 'integer',
      name: 'slash',
      title: 'Diagonals',
      unit: 'distances',
      min: 1,
      max: 131072,
      step: 1,
      default: 96,
      meaning:
        'At how many distances before it a query sees keys; never fewer than the local ones.',
    },
    LAST_QUERIES,
    FORCED_COLUMNS,
    FORCED_DIAGONALS,
  ],
  cost: (length, values) => {
    const { columns, diagonals } = budgetsOf(values);
    return { attendedPairs: cappedPairs(length, columns.count + diagonals.count) };
  },
  build: (values, { layers, heads }) => {
    const layer = new Array(heads).fill(budgetsOf(values));
    const budgets = new Array(layers).fill(layer);
    return {
      parts: ['columns', 'diagonals'],
      prepare: async (bench) =>
        planMaker(await planLines(bench, numberValue(values, 'queries'), budgets)),
    };
  },
};

function budgetsOf(values: ParameterValues): LineBudgets {
  const [sinks, local] = [numberValue(values, 'sinks'), numberValue(values, 'local')];
  return {
    columns: { forced: sinks, count: Math.max(sinks, numberValue(values, 'vertical')) },
    diagonals: { forced: local, count: Math.max(local, numberValue(values, 'slash')) },
  };
}
