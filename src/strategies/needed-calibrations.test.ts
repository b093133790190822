import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepAll } from './cache/keep-all';
import { neededCalibrations } from './needed-calibrations';
import { dense } from './prefill/dense';
import { choiceFrom } from './presets';
import { REGISTRY } from './registry';
import { softmax } from './score/softmax';

beforeEach(() => {
  REGISTRY.prefill.push({ ...dense, id: 'patterned', calibration: 'prefill-patterns' });
  REGISTRY.cache.push({ ...keepAll, id: 'classed', calibration: 'head-classes' });
  REGISTRY.score.push({ ...softmax, id: 'classed', calibration: 'head-classes' });
});
afterEach(() => {
  REGISTRY.prefill.pop();
  REGISTRY.cache.pop();
  REGISTRY.score.pop();
});

test('each kind is named once, in the order of the axes', () => {
  const choice = choiceFrom('dense', ['score=classed', 'cache=classed', 'prefill=patterned']);
  expect(neededCalibrations(choice)).toEqual(['prefill-patterns', 'head-classes']);
  expect(neededCalibrations(choiceFrom('dense', []))).toEqual([]);
});
