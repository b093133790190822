/** Parameters that cache policies have in common. */
import type { CachePolicy } from '../../engine/strategy';
import type { ChoiceParameter, NumberParameter, ParameterValues } from '../schema';

/** A number of tokens. */
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

/** When the policy sees what it may drop: with or without the question. */
export const PROTOCOL: ChoiceParameter = {
  kind: 'choice',
  name: 'protocol',
  title: 'Compress',
  unit: '',
  options: [
    { value: 'prompt', title: 'after the whole prompt' },
    { value: 'context', title: 'before the question' },
  ],
  default: 'prompt',
  meaning: 'Whether the question is read before entries leave, so that it can tell which matter.',
};

export type Protocol = NonNullable<CachePolicy['compressAfter']>;

export function protocolOf({ protocol }: ParameterValues): Protocol {
  return protocol === 'context' ? 'context' : 'prompt';
}
