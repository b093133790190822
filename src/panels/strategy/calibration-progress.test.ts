import { expect, test } from 'vitest';
import { describeCalibration } from './calibration-progress';

const PROGRESS = { done: 25, total: 100, what: 'head classes', begunAt: 1000 };

test('says what, how much, how fast and how long still', () => {
  expect(describeCalibration(PROGRESS, 6000)).toBe(
    'Calibrating: head classes · 25 of 100 · 5/s · 15 s left',
  );
});

test('promises nothing before the first step', () => {
  expect(describeCalibration({ ...PROGRESS, done: 0 }, 6000)).toBe(
    'Calibrating: head classes · 0 of 100',
  );
  expect(describeCalibration({ ...PROGRESS, done: 0, total: 0 }, 6000)).toBe(
    'Calibrating: head classes',
  );
});
