import { blockSizes, planAntidiagonalBlocks, planMaker } from '../../engine/primitives/plan-work';
import type { PrefillPattern } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { allPairs } from './pair-bounds';
import { blockParameter } from './parameters';

export const xattention: Entry<PrefillPattern, PrefillCost> = {
  id: 'xattention',
  title: 'XAttention',
  summary:
    'Blocks are ranked by strided antidiagonals, which cross every column and diagonal of a block, and the best are computed until they hold a share of the score; the first block and the diagonal one always are. The prompt is read in chunks of 512 tokens, filled up with zeros to whole strides, and an even stride meets odd distances only.',
  formula:
    'Z_ij = Σ_t q_Si+S−1−t · k_Sj+t / (S√d);  score(a, b) = Σ over block of softmax_j≤i(Z);  blocks(a) = fewest with Σ score ≥ τ · row',
  tryThis:
    'Raise the stride at the same threshold: the estimate gets cheaper, and at some point it misses the needle’s block.',
  paper: {
    title: 'XAttention: Block Sparse Attention with Antidiagonal Scoring',
    authors: 'Xu, Xiao, Huang, Guo, Han',
    year: 2025,
    arxiv: '2503.16428',
  },
  causality: 'query-block',
  traits: ['plans'],
  presets: [{ id: 'xattention', title: 'XAttention', family: 'Sparse prefill' }],
  parameters: [
    {
      kind: 'number',
      name: 'threshold',
      title: 'Threshold τ',
      unit: '',
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.9,
      meaning: 'Share of the score that a row’s blocks must reach; 1 computes everything.',
    },
    {
      kind: 'choice',
      name: 'stride',
      title: 'Stride',
      unit: 'tokens',
      options: [4, 8, 16].map((tokens) => ({ value: String(tokens), title: `${tokens} tokens` })),
      default: '4',
      meaning: 'Every so many antidiagonals one is scored; a larger stride is cheaper and coarser.',
    },
    blockParameter(32),
  ],
  // The blocks follow the scores: at most everything is computed.
  cost: (length) => ({ attendedPairs: allPairs(length) }),
  build: (values) => ({
    parts: ['blocks'],
    prepare: async (bench) => {
      const sizes = blockSizes(bench, numberValue(values, 'block'));
      const stride = numberValue(values, 'stride');
      const threshold = numberValue(values, 'threshold');
      return planMaker(await planAntidiagonalBlocks(bench, sizes, stride, threshold));
    },
  }),
};
