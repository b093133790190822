import { expect, test } from 'vitest';
import { softmax } from '../../formulas';
import { type SteeringValues, steering } from './steering';

const parts = { length: 10, context: 6, documents: [] };
const values: SteeringValues = { alpha: 0.5, heads: [], span: 'question' };

test('the prompt outside the span is biased, generated tokens never are', () => {
  const biases = (span: SteeringValues['span']) =>
    [0, 5, 6, 9, 10].map((at) => steering({ ...values, span }).bias?.(0, 0, at, parts));
  const low = Math.log(0.5);
  expect(biases('question')).toEqual([low, low, 0, 0, 0]);
  expect(biases('context')).toEqual([0, 0, low, low, 0]);
});

test('a question with a fifth of the weight gets a third at α = 0.5', () => {
  const { bias } = steering(values);
  const scores = [0.5, 0.3, 0.2].map(Math.log);
  const positions = [0, 3, 7];
  const steered = scores.map((score, i) => score + (bias?.(0, 0, positions[i], parts) ?? 0));
  expect(softmax(steered).weights[2]).toBeCloseTo(1 / 3, 12);
});

test('α = 1 changes nothing; heads that are not listed stay', () => {
  expect(steering({ ...values, alpha: 1 }).bias?.(0, 0, 0, parts)).toBe(0);
  const one = steering({ ...values, heads: [{ layer: 1, head: 2 }] });
  expect(one.bias?.(1, 2, 0, parts)).toBe(Math.log(0.5));
  expect(one.bias?.(2, 1, 0, parts)).toBe(0);
});
