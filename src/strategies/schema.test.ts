import { describe, expect, test } from 'vitest';
import { TroubleError } from '../trouble';
import { type ChoiceParameter, completeValues, isNumberParameter, type Parameter } from './schema';

const POOLING: ChoiceParameter = {
  kind: 'choice',
  name: 'pooling',
  title: 'Pooling',
  unit: '',
  options: [
    { value: 'mean', title: 'Mean' },
    { value: 'max', title: 'Maximum' },
    { value: '4', title: 'Four' },
  ],
  default: 'mean',
  meaning: 'How a block of scores becomes one.',
};
const BUDGET: Parameter = {
  kind: 'integer',
  name: 'budget',
  title: 'Budget',
  unit: 'tokens',
  min: 1,
  max: 100,
  step: 1,
  default: 10,
  meaning: 'How many entries stay.',
};
const HEADS: Parameter = {
  kind: 'heads',
  name: 'heads',
  title: 'Heads',
  unit: '',
  default: '',
  meaning: 'Which heads.',
};
const ALL = [POOLING, BUDGET, HEADS];

describe('a choice', () => {
  test('takes its default, and every option', () => {
    expect(completeValues('pool', [POOLING], {})).toEqual({ pooling: 'mean' });
    for (const { value } of POOLING.options) {
      expect(completeValues('pool', [POOLING], { pooling: value })).toEqual({ pooling: value });
    }
  });

  test('takes an option that a command line turned into a number', () => {
    expect(completeValues('pool', [POOLING], { pooling: 4 })).toEqual({ pooling: '4' });
  });

  test.each(['median', '', 'Mean', 5])(
    'refuses "%s": names the parameter, lists the options',
    (value) => {
      const complete = () => completeValues('pool', [POOLING], { pooling: value });
      expect(complete).toThrow(TroubleError);
      expect(complete).toThrow(`pool: pooling must be one of mean, max, 4, found "${value}"`);
    },
  );
});

test('kinds are checked side by side', () => {
  const values = completeValues('pool', ALL, { budget: '7', heads: '1.2', pooling: 'max' });
  expect(values).toEqual({ pooling: 'max', budget: 7, heads: '1.2' });
  expect(() => completeValues('pool', ALL, { heads: 'max' })).toThrow('heads');
  expect(() => completeValues('pool', ALL, { budget: 'max' })).toThrow('budget');
});

test('only numbers have a range', () => {
  expect(ALL.filter(isNumberParameter)).toEqual([BUDGET]);
});
