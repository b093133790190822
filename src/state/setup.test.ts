import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { Calibration } from '../strategies/calibration';
import { choiceFrom } from '../strategies/presets';
import { REGISTRY } from '../strategies/registry';
import { softmax } from '../strategies/score/softmax';
import {
  axisProblem,
  missingCalibration,
  PROMPT_PARAMETERS,
  parameterProblem,
  presetOfChoice,
  promptProblem,
  promptSpecOf,
  runProblem,
  runRequestOf,
  setupFrom,
} from './setup';

const SPEC = defaultPrompt(1);
const SETUP = setupFrom(SPEC);
const MODEL = { layers: 4, heads: 6, kvHeads: 3, headDim: 32 };

describe('a setup', () => {
  test('gives back the prompt that it came from', () => {
    expect(promptSpecOf(SETUP)).toEqual(SPEC);
  });

  test('reads the whole of own text, but never the whole of a bundled one', () => {
    const own = { ...SETUP, wholeText: true, haystack: { title: 'mine', text: 'Words.' } };
    expect(promptSpecOf(own).length).toBeNull();
    expect(promptSpecOf({ ...SETUP, wholeText: true }).length).toBe(512);
  });

  test('asks for greedy decoding with inspection', () => {
    expect(runRequestOf(SETUP, null)).toMatchObject({
      inspect: true,
      sampling: { temperature: 0 },
    });
  });

  test.each(['', 'many', 12.5, 0, 1e9])('does not run with a length of "%s"', (length) => {
    const setup = { ...SETUP, numbers: { ...SETUP.numbers, length } };
    expect(parameterProblem(PROMPT_PARAMETERS.length, length)).toContain('whole number');
    expect(promptProblem(setup)).toContain('length must be a whole number');
    expect(runProblem(setup, MODEL, null)).toBe(promptProblem(setup));
  });

  test('does not run with a head that the model lacks', () => {
    const strategy = choiceFrom('dense', ['score=head-mask', 'score.heads=9.1']);
    expect(axisProblem('score', strategy, MODEL, null)).toContain('no head 9.1');
    expect(runProblem({ ...SETUP, strategy }, MODEL, null)).toContain('no head 9.1');
    expect(runProblem({ ...SETUP, strategy }, null, null)).toBeNull();
  });

  test('knows its preset, and none while a value is wrong', () => {
    const strategy = choiceFrom('window', []);
    expect(presetOfChoice(strategy)?.id).toBe('window');
    const wrong = { ...strategy, cache: { id: 'window', values: { recent: '' } } };
    expect(presetOfChoice(wrong)).toBeNull();
  });
});

describe('an entry with wishes', () => {
  const gates: Calibration = { model: 'tiny', streamingGates: [[0.5]] };
  const built: unknown[] = [];
  const gated: (typeof REGISTRY)['score'][number] = {
    ...softmax,
    id: 'gated',
    title: 'Gated',
    calibration: 'streaming-gates',
    conflicts: ({ cache }) => (cache.id === 'window' ? 'Gates need more than a window.' : null),
    build(values, model, calibration) {
      built.push(calibration);
      return softmax.build(values, model, calibration);
    },
  };

  beforeEach(() => {
    built.length = 0;
    REGISTRY.score.push(gated);
  });
  afterEach(() => void REGISTRY.score.pop());

  test('does not run before its calibration, and is not built without it', () => {
    const strategy = choiceFrom('dense', ['score=gated']);
    expect(missingCalibration('score', strategy, null)).toBe('streaming-gates');
    expect(missingCalibration('cache', strategy, null)).toBeNull();
    expect(axisProblem('score', strategy, MODEL, null)).toBeNull();
    expect(runProblem({ ...SETUP, strategy }, MODEL, null)).toContain(
      'Gated needs streaming gates of this model',
    );
    expect(built).toEqual([]);
  });

  test('runs with its calibration, which travels with the request', () => {
    const strategy = choiceFrom('dense', ['score=gated']);
    expect(missingCalibration('score', strategy, gates)).toBeNull();
    expect(runProblem({ ...SETUP, strategy }, MODEL, gates)).toBeNull();
    expect(built).toEqual([gates]);
    expect(runRequestOf({ ...SETUP, strategy }, gates).calibration).toBe(gates);
  });

  test('does not run in a conflict, and says why at its axis', () => {
    const strategy = choiceFrom('window', ['score=gated']);
    expect(axisProblem('score', strategy, MODEL, gates)).toBe('Gates need more than a window.');
    expect(axisProblem('cache', strategy, MODEL, gates)).toBeNull();
    expect(runProblem({ ...SETUP, strategy }, MODEL, gates)).toBe('Gates need more than a window.');
  });

  test('is not blamed for a conflict while another axis has a wrong value', () => {
    const strategy = choiceFrom('window', ['score=gated']);
    strategy.cache.values.recent = 'many';
    expect(axisProblem('score', strategy, MODEL, gates)).toBeNull();
    expect(axisProblem('cache', strategy, MODEL, gates)).toContain('recent must be');
  });
});
