import { expect, test } from 'vitest';
import { headMask } from './head-mask';
import { softmax } from './softmax';
import { temperature } from './temperature';

test('an empty list masks no head', () => {
  expect(headMask({ heads: [] })).toEqual({ maskedHeads: [] });
  const heads = [{ layer: 2, head: 1 }];
  expect(headMask({ heads })).toEqual({ maskedHeads: heads });
});

test('softmax changes nothing, temperature only the divisor', () => {
  expect(softmax()).toEqual({});
  expect(temperature({ temperature: 2 })).toEqual({ temperature: 2 });
});
