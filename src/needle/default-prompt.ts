import { generateNeedle } from './needles';
import type { PromptSpec } from './prompt-spec';

/** What the page shows at first, and what a command without flags runs. */
export function defaultPrompt(seed: number): PromptSpec {
  return { haystack: { id: 'stories' }, length: 512, depth: 50, ...generateNeedle(seed), seed };
}
