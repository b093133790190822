import { type RopeScalingValues, ropeScaling } from '../../reference/methods/score/rope-scaling';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ method, factor, trained }, shape) => ({
    score: ropeScaling(
      {
        method: method as RopeScalingValues['method'],
        factor: Number(factor),
        trained: Number(trained),
      },
      shape,
    ),
  }),
  small: { method: 'yarn', factor: 4, trained: 64 },
  others: [
    { method: 'linear', factor: 2.5 },
    { method: 'ntk', factor: 4 },
    { method: 'dynamic-ntk', factor: 2, trained: 64 },
    // Bounds that meet.
    { method: 'yarn', factor: 8, trained: 16 },
  ],
  full: { method: 'linear', factor: 1 },
};
