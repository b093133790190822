import { expect, test } from 'vitest';
import type { RunView } from '../../state/page-store';
import { stepTimes } from '../timing/step-times';
import { decodeSpeedOf, progressOf } from './run-progress';

function runOf(change: Partial<RunView>): RunView {
  const prefill = { done: 100, total: 100, ms: 500 };
  return { prefill, generated: [], maxTokens: 11, ...change } as RunView;
}

const GENERATED = [0, 100, 250].map((decodeMs) => ({ id: 1, piece: 'a', decodeMs }));

test('while the prompt is read', () => {
  const progress = progressOf(runOf({ prefill: { done: 25, total: 100, ms: 500 } }));
  expect(progress).toEqual({
    phase: 'prefill',
    done: 25,
    total: 100,
    tokensPerSecond: 50,
    remainingMs: 1500,
  });
});

test('while tokens are generated: the first one took no step', () => {
  const run = runOf({ generated: GENERATED });
  expect(progressOf(run)).toEqual({
    phase: 'decode',
    done: 3,
    total: 11,
    tokensPerSecond: 8,
    remainingMs: 1000,
  });
  expect(decodeSpeedOf(run)).toEqual({ steps: 2, ms: 250 });
  expect(stepTimes(GENERATED)).toEqual([100, 150]);
});

test('before anything is known', () => {
  expect(progressOf(runOf({})).remainingMs).toBeNull();
});
