import type { ScoreRule } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { ScoreCost } from './softmax';

/** With the clamp the factor is that of Entropy-ABF, without its training and its other base of rotary angles. */
export const logN: Entry<ScoreRule, ScoreCost> = {
  id: 'log-n',
  title: 'Log-n scaling',
  summary:
    'Queries grow with the logarithm of their place in the text. Over more keys a softmax spreads out; larger scores keep it as sharp as it was at the length of training.',
  formula: 'q′ᵢ = max(1, ln(i + 1)/ln n₀) · qᵢ  in layers from ℓ₀ on; without the clamp no max',
  tryThis:
    'Take a text several times as long as n₀ and compare with softmax: the map of a late layer has fewer grey rows. The model was not trained with it, so the answer need not get better.',
  paper: {
    title: 'Extending LLMs’ Context Window with 100 Samples',
    authors: 'Zhang, Li, Liu',
    year: 2024,
    arxiv: '2401.07004',
  },
  presets: [{ id: 'entropy-abf', title: 'Entropy-ABF factor', family: 'Score rules' }],
  parameters: [
    {
      kind: 'integer',
      name: 'trained',
      title: 'Trained length n₀',
      unit: 'tokens',
      min: 2,
      max: 131072,
      step: 1,
      default: 1024,
      meaning: 'Larger makes every factor smaller; the queries at n₀ keep theirs at 1.',
    },
    {
      kind: 'integer',
      name: 'from',
      title: 'First layer ℓ₀',
      unit: '',
      min: 0,
      max: 1000,
      step: 1,
      default: 2,
      meaning:
        'Larger leaves more of the first layers, which are diffuse at any length, as they are.',
    },
    {
      kind: 'choice',
      name: 'clamp',
      title: 'Clamp',
      unit: '',
      options: [
        { value: 'on', title: 'factors of at least 1' },
        { value: 'off', title: 'early queries shrink' },
      ],
      default: 'on',
      meaning: 'Whether queries within the trained length stay as they are or shrink.',
    },
  ],
  cost: () => ({}),
  build: (values) => {
    const perLog = 1 / Math.log(numberValue(values, 'trained'));
    const least = values.clamp === 'on' ? 1 : 0;
    const from = numberValue(values, 'from');
    return {
      temperature: 1,
      maskedHeads: [],
      queryScale: (layer) => (layer < from ? { perLog: 0, least: 1 } : { perLog, least }),
    };
  },
};
