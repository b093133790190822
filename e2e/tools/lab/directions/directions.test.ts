import { expect, it } from 'vitest';
import { PRESETS } from '../../../../src/strategies/presets';
import { DIRECTIONS } from './directions';

it('every preset has a direction, and every direction a preset', () => {
  const measured = DIRECTIONS.map(({ preset }) => preset).sort();
  expect(measured).toEqual(PRESETS.map(({ id }) => id).sort());
});
