import { expect, test } from 'vitest';
import type { KernelTime } from '../../worker/protocol';
import { ridgeOf, roofAt, rooflinePoints } from './roofline-points';

const kernel = (change: Partial<KernelTime>): KernelTime => ({
  name: 'q, k, v',
  kernel: 'linear/matvec',
  stage: 'model',
  dispatches: 4,
  ms: 2,
  flops: 4e6,
  bytes: 1e6,
  ...change,
});

test('a point is FLOP per byte and FLOP a second, with its share of the time', () => {
  const kernels = {
    prefill: { tokens: 512, submissions: 1, kernels: [kernel({ ms: 1 })] },
    decode: {
      tokens: 1,
      submissions: 32,
      kernels: [
        kernel({}),
        kernel({ name: 'no formula', flops: null, bytes: null, ms: 6 }),
        kernel({ name: 'computes nothing', flops: 0 }),
        kernel({ name: 'below the clock', ms: 0 }),
      ],
    },
  };
  expect(rooflinePoints(kernels)).toEqual([
    {
      phase: 'prefill',
      name: 'q, k, v',
      intensity: 4,
      flopsPerSecond: 4e9,
      bytesPerSecond: 1e9,
      share: 1,
    },
    {
      phase: 'decode',
      name: 'q, k, v',
      intensity: 4,
      flopsPerSecond: 2e9,
      bytesPerSecond: 5e8,
      share: 0.2,
    },
  ]);
  expect(rooflinePoints(null)).toEqual([]);
});

test('left of the ridge the memory is the roof, right of it the arithmetic', () => {
  const roofline = { bytesPerSecond: 100e9, flopsPerSecond: 2e12 };
  expect(ridgeOf(roofline)).toBe(20);
  expect(roofAt(roofline, 0.5)).toBe(50e9);
  expect(roofAt(roofline, 20)).toBe(2e12);
  expect(roofAt(roofline, 100)).toBe(2e12);
});
