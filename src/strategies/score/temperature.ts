import type { ScoreRule } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { ScoreCost } from './softmax';

export const temperature: Entry<ScoreRule, ScoreCost> = {
  id: 'temperature',
  title: 'Temperature',
  summary:
    'Scores are divided by a temperature before the softmax, in every head. Below 1 attention sharpens on its best key; above 1 it spreads out.',
  formula: 'aⱼ ∝ exp(q·kⱼ/(τ√d))',
  tryThis: 'Raise τ step by step: the retrieval heads blur before the answer breaks.',
  paper: null,
  presets: [
    {
      id: 'temperature',
      title: 'Temperature',
      family: 'Score rules',
      values: { temperature: 0.8 },
    },
  ],
  parameters: [
    {
      kind: 'number',
      name: 'temperature',
      title: 'Temperature τ',
      unit: '×',
      min: 0.1,
      max: 10,
      step: 0.05,
      default: 1,
      meaning: 'Larger spreads attention, smaller sharpens it.',
    },
  ],
  cost: () => ({}),
  build: (values) => ({ temperature: numberValue(values, 'temperature'), maskedHeads: [] }),
};
