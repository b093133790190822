import { expect, test } from 'vitest';
import { pressed, type RasterState, WHOLE } from './raster-keys';

const STATE: RasterState = {
  length: 100,
  step: 95,
  key: 3,
  window: { steps: [0, 100], keys: [0, 100] },
};

test('arrows move the picked cell and stop at the borders', () => {
  expect(pressed('ArrowLeft', false, STATE)).toEqual({ step: 94, key: 3 });
  expect(pressed('ArrowRight', true, STATE)).toEqual({ step: 99, key: 3 });
  expect(pressed('ArrowUp', true, STATE)).toEqual({ step: 95, key: 0 });
  expect(pressed('ArrowDown', true, STATE)).toEqual({ step: 95, key: 13 });
  expect(pressed('r', false, STATE)).toBeNull();
});

test('plus and minus zoom about the picked cell, within the text', () => {
  const closer = { steps: [50, 100], keys: [0, 50] } as RasterState['window'];
  expect(pressed('+', false, STATE)).toEqual(closer);
  expect(pressed('-', false, { ...STATE, window: closer })).toBe(WHOLE);
  const window = { steps: [90, 99], keys: [0, 9] } as RasterState['window'];
  expect(pressed('=', false, { ...STATE, window })).toEqual({ steps: [91, 99], keys: [0, 8] });
  expect(pressed('0', false, STATE)).toBe(WHOLE);
});
