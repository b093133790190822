import type { ScoreRule } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, parseHeads } from '../schema';
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
  build: (values, model) => {
    const maskedHeads = parseHeads(String(values.heads));
    for (const { layer, head } of maskedHeads) {
      if (layer >= model.layers || head >= model.heads) {
        throw new TroubleError(
          'bad-input',
          `head-mask: this model has no head ${layer}.${head}.`,
          `Layers go from 0 to ${model.layers - 1}, heads from 0 to ${model.heads - 1}.`,
        );
      }
    }
    return { temperature: 1, maskedHeads };
  },
};
