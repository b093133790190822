import { describe, expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { choiceFrom } from '../strategies/presets';
import {
  axisProblem,
  isRunnable,
  PROMPT_PARAMETERS,
  parameterProblem,
  presetOfChoice,
  promptSpecOf,
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
    expect(runRequestOf(SETUP)).toMatchObject({ inspect: true, sampling: { temperature: 0 } });
  });

  test.each(['', 'many', 12.5, 0, 1e9])('does not run with a length of "%s"', (length) => {
    const setup = { ...SETUP, numbers: { ...SETUP.numbers, length } };
    expect(parameterProblem(PROMPT_PARAMETERS.length, length)).toContain('whole number');
    expect(isRunnable(setup, MODEL)).toBe(false);
  });

  test('does not run with a head that the model lacks', () => {
    const strategy = choiceFrom('dense', ['score=head-mask', 'score.heads=9.1']);
    expect(axisProblem('score', strategy, MODEL)).toContain('no head 9.1');
    expect(isRunnable({ ...SETUP, strategy }, MODEL)).toBe(false);
    expect(isRunnable({ ...SETUP, strategy }, null)).toBe(true);
  });

  test('knows its preset, and none while a value is wrong', () => {
    const strategy = choiceFrom('window', []);
    expect(presetOfChoice(strategy)?.id).toBe('window');
    const wrong = { ...strategy, cache: { id: 'window', values: { recent: '' } } };
    expect(presetOfChoice(wrong)).toBeNull();
  });
});
