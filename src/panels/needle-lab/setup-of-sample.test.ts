import { expect, test } from 'vitest';
import { defaultPrompt } from '../../needle/default-prompt';
import { promptOf } from '../../needle/sweep/order';
import type { SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import { parseStrategy } from '../../needle/sweep/strategy-title';
import { taskFrom } from '../../needle/tasks/registry';
import { promptSpecOf, runRequestOf, setupFrom } from '../../state/setup';
import { setupOfSample, tellingSample } from './setup-of-sample';

const PLAN: SweepPlan = {
  model: { name: 'm', parameters: 1, precision: 'f32', calibration: null },
  haystack: { id: 'macbeth' },
  task: taskFrom('several-needles', ['needles=3']),
  lengths: [256],
  depths: [30],
  strategies: [parseStrategy('dense'), parseStrategy('snapkv:cache.budget=64')],
  samples: 2,
  seed: 5,
  maxTokens: 48,
};

test('the page asks the same prompt under the same strategy', () => {
  const id = { strategy: 1, length: 256, depth: 30, sample: 1 };
  const setup = { ...setupFrom(defaultPrompt(1)), ...setupOfSample(PLAN, id) };
  const { needle, question, expected, ...asked } = promptSpecOf(setup);
  const { needle: _n, question: _q, expected: _e, ...wanted } = promptOf(PLAN, id);
  expect(asked).toEqual(wanted);
  const request = runRequestOf(setup, null);
  expect(request.strategy).toEqual(PLAN.strategies[1].choice);
  expect(request.maxTokens).toBe(48);
});

test('a wrong answer tells more than a right one', () => {
  const sample = (number: number, correct: boolean) =>
    ({ sample: number, result: { correct } }) as SampleOutcome;
  const failed = { sample: 0, trouble: {} } as SampleOutcome;
  expect(tellingSample([sample(2, false), sample(1, false), sample(0, true)])?.sample).toBe(1);
  expect(tellingSample([sample(1, true), sample(0, true)])?.sample).toBe(0);
  expect(tellingSample([failed])?.sample).toBe(0);
  expect(tellingSample([])).toBeUndefined();
});
