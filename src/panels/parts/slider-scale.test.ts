import { expect, test } from 'vitest';
import { PROMPT_PARAMETERS } from '../../state/setup';
import { REGISTRY } from '../../strategies/registry';
import { AXES, type Entry, isNumberParameter, type NumberParameter } from '../../strategies/schema';
import { sliderScale } from './slider-scale';

const REGISTERED = AXES.flatMap((axis) => {
  const entries: Entry<unknown, unknown>[] = REGISTRY[axis];
  return entries.flatMap((entry) => entry.parameters).filter(isNumberParameter);
});
const ALL: NumberParameter[] = [...REGISTERED, ...Object.values(PROMPT_PARAMETERS)];

test.each(ALL)('the slider of $title reaches both ends and stays in range', (parameter) => {
  const { min, max, fromSlider, toSlider } = sliderScale(parameter);
  expect(fromSlider(min)).toBe(parameter.min);
  expect(fromSlider(max)).toBeCloseTo(parameter.max);
  expect(toSlider(parameter.default)).toBeGreaterThanOrEqual(min);
  expect(toSlider(parameter.default)).toBeLessThanOrEqual(max);
});

test('a wide range moves in round values', () => {
  const { fromSlider, toSlider } = sliderScale(PROMPT_PARAMETERS.length);
  expect(fromSlider(Math.round(toSlider(512)))).toBe(512);
  expect(fromSlider(Math.round(toSlider(4096)))).toBe(4096);
});
