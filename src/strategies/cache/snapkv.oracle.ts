import type { ObservationValues } from '../../reference/methods/cache/observation';
import { snapKv } from '../../reference/methods/cache/snapkv';
import type { Oracle } from '../oracle';
import type { ParameterValues } from '../schema';
import { protocolOf } from './parameters';

export const oracle: Oracle = {
  reference: (values, shape) => ({
    cache: snapKv({ budget: Number(values.budget), ...observationValues(values) }, shape),
  }),
  small: { budget: 29, window: 9 },
  others: [
    // A window that begins in an earlier chunk than it ends.
    { budget: 60, window: 40, kernel: 7, pooling: 'max' },
    { budget: 24, window: 5, kernel: 1, protocol: 'context' },
    { budget: 12, window: 12 },
  ],
  full: { budget: 500 },
  protects: ({ window }, length) => lastPositions(Number(window), length),
};

export function observationValues(values: ParameterValues): ObservationValues {
  return {
    window: Number(values.window),
    kernel: Number(values.kernel),
    pooling: values.pooling === 'max' ? 'max' : 'average',
    protocol: protocolOf(values),
  };
}

export function lastPositions(count: number, length: number): number[] {
  return Array.from({ length: count }, (_, i) => length - count + i);
}
