import type { ScoreRule, Steering } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import { listedOrAll } from './listed-heads';
import type { ScoreCost } from './softmax';

export const steering: Entry<ScoreRule, ScoreCost> = {
  id: 'steering',
  title: 'Head steering',
  summary:
    'In the chosen heads every part of the prompt but one counts less, so that more weight is left for that part. Generated tokens are never weakened; a prompt without a question is all context.',
  formula: 'scoreⱼ + ln α  for prompt tokens j outside the span;  u′ = u/(u + α(1 − u))',
  tryThis:
    'Emphasise the question with α = 0.9, then with 0.2: a little helps the heads that read it, a lot makes the context too faint to copy from.',
  paper: {
    title: 'On the Loss of Context-awareness in General Instruction Fine-tuning',
    authors: 'Wang, Bai, Peng, Hsieh',
    year: 2024,
    arxiv: '2411.02688',
  },
  traits: ['edits-weights'],
  presets: [{ id: 'steering', title: 'Context-awareness steering', family: 'Score rules' }],
  parameters: [
    {
      kind: 'number',
      name: 'alpha',
      title: 'Rest of the prompt α',
      unit: '×',
      min: 0.01,
      max: 1,
      step: 0.01,
      default: 0.9,
      meaning: 'Larger weakens the rest of the prompt less; 1 is the model as trained.',
    },
    {
      kind: 'heads',
      name: 'heads',
      title: 'Steered heads',
      unit: '',
      default: '',
      meaning: 'Heads as layer.head, counted from 0 and separated by commas; none: all heads.',
    },
    {
      kind: 'choice',
      name: 'span',
      title: 'Emphasised part',
      unit: '',
      options: [
        { value: 'question', title: 'question' },
        { value: 'context', title: 'context' },
      ],
      default: 'question',
      meaning: 'The part of the prompt that keeps its scores.',
    },
  ],
  cost: () => ({}),
  build: (values, model) => ({
    temperature: 1,
    maskedHeads: [],
    steering: {
      heads: listedOrAll('steering', values, model),
      bias: Math.log(numberValue(values, 'alpha')),
      span: values.span as Steering['span'],
    },
  }),
};
