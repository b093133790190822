/** Parameters that several prefill patterns share. */
import type { ChoiceParameter, NumberParameter } from '../schema';

export const SINKS: NumberParameter = {
  kind: 'integer',
  name: 'sinks',
  title: 'Sinks',
  unit: 'tokens',
  min: 0,
  max: 4096,
  step: 1,
  default: 16,
  meaning: 'How many tokens at the very start every query sees.',
};

export const LOCAL: NumberParameter = {
  kind: 'integer',
  name: 'local',
  title: 'Local window',
  unit: 'tokens',
  min: 1,
  max: 131072,
  step: 1,
  default: 128,
  meaning: 'How many of the newest tokens a query sees, itself included.',
};

/** Last queries of a chunk that choose columns and diagonals. */
export const LAST_QUERIES: NumberParameter = {
  kind: 'integer',
  name: 'queries',
  title: 'Last queries',
  unit: 'tokens',
  min: 1,
  max: 128,
  step: 1,
  default: 32,
  meaning:
    'From how many queries at the end of each chunk the pattern is estimated; more cost more.',
};

export const FORCED_COLUMNS: NumberParameter = {
  ...SINKS,
  default: 4,
  meaning: 'How many columns at the very start are always chosen.',
};

export const FORCED_DIAGONALS: NumberParameter = {
  ...LOCAL,
  title: 'Local diagonals',
  max: 4096,
  default: 4,
  meaning: 'How many of the nearest diagonals are always chosen, the main one first.',
};

/** Tokens of a block; all divide the tokens of a chunk. */
export function blockParameter(defaultTokens: number): ChoiceParameter {
  return {
    kind: 'choice',
    name: 'block',
    title: 'Block',
    unit: 'tokens',
    options: [16, 32, 64, 128].map((tokens) => ({
      value: String(tokens),
      title: `${tokens} tokens`,
    })),
    default: String(defaultTokens),
    meaning:
      'Tokens of a block of queries or keys; larger blocks are cheaper to choose, and coarser.',
  };
}
