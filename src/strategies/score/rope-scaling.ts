import type { ScoreRule } from '../../engine/strategy';
import type { Rotation } from '../../model/config';
import {
  type Angles,
  ropeFrequencies,
  stretchedTheta,
  yarnFrequencies,
} from '../../model/rotation';
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
    rope: (rotation, dims, length) => anglesOf(values, rotation, dims, length),
  }),
};

function anglesOf(
  values: ParameterValues,
  { theta }: Rotation,
  dims: number,
  length: number,
): Angles {
  const factor = numberValue(values, 'factor');
  const trained = numberValue(values, 'trained');
  const stretched = (times: number) => ropeFrequencies(dims, stretchedTheta(theta, dims, times));
  switch (values.method) {
    case 'linear': {
      const frequencies = ropeFrequencies(dims, theta).map((angle) => angle / factor);
      return { frequencies, scale: 1 };
    }
    case 'ntk':
      return { frequencies: stretched(factor), scale: 1 };
    case 'dynamic-ntk':
      return {
        frequencies: stretched(Math.max(1, (factor * length) / trained - factor + 1)),
        scale: 1,
      };
    default: {
      const yarn = { factor, trained, fast: 32, slow: 1, whole: true };
      const frequencies = yarnFrequencies(dims, theta, yarn);
      return { frequencies, scale: 0.1 * Math.log(factor) + 1 };
    }
  }
}
