import type { ScoreRule } from '../../engine/strategy';
import type { Entry } from '../schema';

/** Score rules change weights, not how much is computed. */
export type ScoreCost = Record<string, never>;

export const softmax: Entry<ScoreRule, ScoreCost> = {
  id: 'softmax',
  title: 'Softmax',
  summary:
    'Scores become weights as the model was trained: exponentials that sum to one. A row must put its weight somewhere, which is why sinks exist.',
  formula: 'aⱼ = exp(q·kⱼ/√d) / Σᵢ exp(q·kᵢ/√d)',
  tryThis:
    'Look for columns that get weight from every query: with nothing to say, a head parks its weight there.',
  paper: null,
  parameters: [],
  cost: () => ({}),
  build: () => ({ temperature: 1, maskedHeads: [] }),
};
