import { blockSizes, planMaker, planPooledBlocks } from '../../engine/primitives/plan-work';
import type { PrefillPattern } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { cappedPairs } from './pair-bounds';
import { blockParameter } from './parameters';

export const blockSparse: Entry<PrefillPattern, PrefillCost> = {
  id: 'block-sparse',
  title: 'Block-sparse',
  summary:
    'Each block of queries is compared with its own block of keys and with those whose mean key fits its mean query best. Means find text about the same subject, but blur a single needle; the prompt is read in chunks of 512 tokens, and every block in them chooses for itself.',
  formula: 'blocks(a) = {a} ∪ top_k−1 over b < a of mean(Q_a) · mean(K_b)',
  tryThis:
    'Make the blocks larger at the same number of tokens: the mean of a block soon says nothing about a needle in it.',
  paper: {
    title:
      'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
    authors: 'Jiang, Li, Zhang et al.',
    year: 2024,
    arxiv: '2407.02490',
  },
  causality: 'query-block',
  traits: ['plans'],
  presets: [{ id: 'block-sparse', title: 'Block-sparse (pooled)', family: 'Sparse prefill' }],
  parameters: [
    blockParameter(32),
    {
      kind: 'integer',
      name: 'blocks',
      title: 'Blocks in a row',
      unit: 'blocks',
      min: 1,
      max: 8192,
      step: 1,
      default: 5,
      meaning: 'How many blocks of keys a block of queries sees, its own included.',
    },
  ],
  cost: (length, values) => ({
    attendedPairs: cappedPairs(
      length,
      numberValue(values, 'block') * numberValue(values, 'blocks'),
    ),
  }),
  build: (values, { layers, heads }) => {
    const row = new Array<number>(heads).fill(numberValue(values, 'blocks'));
    const budgets = new Array<number[]>(layers).fill(row);
    return {
      parts: ['blocks'],
      prepare: async (bench) => {
        const sizes = blockSizes(bench, numberValue(values, 'block'));
        return planMaker(await planPooledBlocks(bench, sizes, budgets));
      },
    };
  },
};
