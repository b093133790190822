import type { ScoreRule } from '../../engine/strategy';
import type { Entry } from '../schema';
import { listedHeads } from './listed-heads';
import type { ScoreCost } from './softmax';

export const headMask: Entry<ScoreRule, ScoreCost> = {
  id: 'head-mask',
  title: 'Head mask',
  summary:
    'The output of the listed heads is replaced by zero, everything else stays. What then fails is what those heads were needed for.',
  formula: 'oₕ = 0 for each masked head h',
  tryThis:
    'Mask the heads that look at the needle while it is copied, then as many others, and compare the answers.',
  paper: {
    title: 'Retrieval Head Mechanistically Explains Long-Context Factuality',
    authors: 'Wu, Wang, Xiao, Peng, Fu',
    year: 2024,
    arxiv: '2404.15574',
  },
  presets: [{ id: 'head-ablation', title: 'Head ablation', family: 'Score rules' }],
  parameters: [
    {
      kind: 'heads',
      name: 'heads',
      title: 'Masked heads',
      unit: '',
      default: '',
      meaning: 'Heads as layer.head, counted from 0 and separated by commas.',
    },
  ],
  cost: () => ({}),
  build: (values, model) => ({
    temperature: 1,
    maskedHeads: listedHeads('head-mask', values, model),
  }),
};
