/** Parameters that cache policies have in common. */
import type { CachePolicy } from '../../engine/strategy';
import type { ChoiceParameter, ParameterValues } from '../schema';

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
