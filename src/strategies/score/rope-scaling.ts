import { ropeFrequencies } from '../../engine/rope-table';
import type { RopeAngles, ScoreRule } from '../../engine/strategy';
import type { ModelConfig } from '../../model/config';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import type { ScoreCost } from './softmax';

const YARN = {
  title: 'YaRN: Efficient Context Window Extension of Large Language Models',
  authors: 'Peng, Quesnelle, Fan, Shippole',
  year: 2023,
  arxiv: '2309.00071',
};

/** Rescaled rotary angles. All are fixed for the run, so that cached keys never have to turn again. */
export const ropeScaling: Entry<ScoreRule, ScoreCost> = {
  id: 'rope-scaling',
  title: 'RoPE rescaling',
  summary:
    'The angles by which positions turn queries and keys are made smaller, so that a long text spans the distances that the model knows. Texts may be longer than the model’s context; dynamic NTK takes its factor once, from the longest text that the run can reach.',
  formula:
    'linear: θᵢ/S;  NTK: base·S^(d/(d−2));  dynamic: S′ = S·n/L₀ − (S−1);  YaRN: (1−γᵢ)θᵢ + γᵢθᵢ/S, cos and sin times 0.1·ln S + 1',
  tryThis:
    'Read a text that is longer than the model finds needles in, then raise S step by step: distances shrink, and beyond some S neighbours can no longer be told apart.',
  paper: YARN,
  traits: ['stretches-positions'],
  presets: [
    {
      id: 'position-interpolation',
      title: 'Position interpolation',
      family: 'Score rules',
      values: { method: 'linear' },
      summary:
        'All positions are divided by one factor, so that a long text spans the distances of a short one. Near neighbours move together as well, which costs precision without further training.',
      paper: {
        title: 'Extending Context Window of Large Language Models via Positional Interpolation',
        authors: 'Chen, Wong, Chen, Tian',
        year: 2023,
        arxiv: '2306.15595',
      },
    },
    {
      id: 'dynamic-ntk',
      title: 'Dynamic NTK',
      family: 'Score rules',
      values: { method: 'dynamic-ntk' },
      summary:
        'The base of the rotary angles grows, so that slow pairs are stretched and fast ones, which tell neighbours apart, are not. The factor follows the length of the text, here once per run.',
    },
    {
      id: 'yarn',
      title: 'YaRN',
      family: 'Score rules',
      summary:
        'Pairs that turn often within the trained length keep their angles, slow ones are stretched, and those between are mixed. Scores grow a little, because more keys compete.',
    },
  ],
  parameters: [
    {
      kind: 'choice',
      name: 'method',
      title: 'Method',
      unit: '',
      options: [
        { value: 'linear', title: 'position interpolation' },
        { value: 'ntk', title: 'NTK-aware' },
        { value: 'dynamic-ntk', title: 'dynamic NTK' },
        { value: 'yarn', title: 'YaRN' },
      ],
      default: 'yarn',
      meaning: 'How the stretch is shared out among slow and fast pairs of dimensions.',
    },
    {
      kind: 'number',
      name: 'factor',
      title: 'Factor S',
      unit: '×',
      min: 1,
      max: 64,
      step: 0.25,
      default: 2,
      meaning: 'Larger makes room for longer texts and brings neighbours closer together.',
    },
    {
      kind: 'integer',
      name: 'trained',
      title: 'Trained length L₀',
      unit: 'tokens',
      min: 16,
      max: 131072,
      step: 1,
      default: 4096,
      meaning:
        'Larger stretches fewer pairs (YaRN) or by less (dynamic NTK); the other methods do not use it.',
    },
  ],
  cost: () => ({}),
  build: (values) => ({
    temperature: 1,
    maskedHeads: [],
    rope: (config, length) => anglesOf(values, config, length),
  }),
};

function anglesOf(
  values: ParameterValues,
  { headDim, ropeTheta }: ModelConfig,
  length: number,
): RopeAngles {
  const factor = numberValue(values, 'factor');
  const trained = numberValue(values, 'trained');
  const original = ropeFrequencies(headDim, ropeTheta);
  const stretched = (times: number) =>
    ropeFrequencies(headDim, ropeTheta * times ** (headDim / (headDim - 2)));
  switch (values.method) {
    case 'linear':
      return { frequencies: original.map((angle) => angle / factor), scale: 1 };
    case 'ntk':
      return { frequencies: stretched(factor), scale: 1 };
    case 'dynamic-ntk':
      return {
        frequencies: stretched(Math.max(1, (factor * length) / trained - factor + 1)),
        scale: 1,
      };
    default: {
      // The pair that turns so many times within the trained length.
      const pairOf = (turns: number) =>
        (headDim * Math.log(trained / (turns * 2 * Math.PI))) / (2 * Math.log(ropeTheta));
      const low = Math.max(0, Math.floor(pairOf(32)));
      const high = Math.min(headDim - 1, Math.ceil(pairOf(1)));
      // As in the authors' code, bounds that meet are a thousandth of a pair apart.
      const width = high === low ? 0.001 : high - low;
      const frequencies = original.map((angle, pair) => {
        const slow = Math.min(1, Math.max(0, (pair - low) / width));
        return (1 - slow) * angle + (slow * angle) / factor;
      });
      return { frequencies, scale: 0.1 * Math.log(factor) + 1 };
    }
  }
}
