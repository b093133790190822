import type { PrefillPattern } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { flexPlan } from './flex-plan';
import { allPairs } from './pair-bounds';
import { blockParameter } from './parameters';

/** Budgets are divided by the block, also where the authors' code has 128. */
export const flexPrefill: Entry<PrefillPattern, PrefillCost> = {
  id: 'flex-prefill',
  title: 'FlexPrefill',
  summary:
    'Each head compares a pooled estimate with the exact weights of the last block of queries: where the two agree it takes the best pairs of blocks, else blocks of columns and diagonals, in both cases as many as cover a share of the weight. Longer prompts are read in chunks of 512 tokens, each decided by its own last queries.',
  formula:
    '√JS(softmax(q̄ K̄ᵀ/√d), P̂ in blocks) < τ ? pairs of blocks by pooled weight, Σ ≤ γ · rows : blocks of columns and diagonals, as many as cover γ of P̂',
  tryThis:
    'Lower the coverage step by step and watch the density of each head: they part, because each needs another share of the text.',
  paper: {
    title:
      'FlexPrefill: A Context-Aware Sparse Attention Mechanism for Efficient Long-Sequence Inference',
    authors: 'Lai, Lu, Luo et al.',
    year: 2025,
    arxiv: '2502.20766',
  },
  causality: 'chunk',
  traits: ['plans'],
  presets: [{ id: 'flex-prefill', title: 'FlexPrefill', family: 'Sparse prefill' }],
  parameters: [
    {
      kind: 'number',
      name: 'gamma',
      title: 'Coverage γ',
      unit: '',
      min: 0.05,
      max: 1,
      step: 0.01,
      default: 0.9,
      meaning: 'Share of the weight that the computed pairs must cover; 1 computes everything.',
    },
    {
      kind: 'number',
      name: 'tau',
      title: 'Distance τ',
      unit: '',
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.1,
      meaning: 'How far estimate and truth may lie apart in a query-aware head; 0: no head is one.',
    },
    {
      kind: 'integer',
      name: 'minimum',
      title: 'Least budget',
      unit: 'tokens',
      min: 0,
      max: 131072,
      step: 1,
      default: 64,
      meaning:
        'Columns and diagonals computed at least; texts no longer than this are read densely.',
    },
    blockParameter(32),
  ],
  // Budgets follow the weights: at most everything is computed.
  cost: (length) => ({ attendedPairs: allPairs(length) }),
  build: (values) => ({
    parts: ['blocks'],
    prepare: (bench) =>
      flexPlan(bench, {
        block: numberValue(values, 'block'),
        gamma: numberValue(values, 'gamma'),
        tau: numberValue(values, 'tau'),
        minimum: numberValue(values, 'minimum'),
      }),
  }),
};
