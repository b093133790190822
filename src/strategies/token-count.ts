import type { NumberParameter } from './schema';

/** A parameter that is a number of tokens. */
export function tokenCount(
  name: string,
  title: string,
  standard: number,
  meaning: string,
  min = 1,
): NumberParameter {
  const unit = 'tokens';
  return {
    kind: 'integer',
    name,
    title,
    unit,
    min,
    max: 131072,
    step: 1,
    default: standard,
    meaning,
  };
}
