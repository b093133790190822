import { sirLlm } from '../../reference/methods/cache/sirllm';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: ({ sinks, entropy, recent, decay, round }) => ({
    cache: sirLlm({
      sinks: Number(sinks),
      entropy: Number(entropy),
      recent: Number(recent),
      decay: Number(decay),
      round: Number(round),
    }),
  }),
  small: { sinks: 3, entropy: 30, recent: 9, decay: 0.9, round: 16 },
  others: [
    // No sinks: the first token lives by its surprisal.
    { sinks: 0, entropy: 60, recent: 0, decay: 1, round: 25 },
    // Rounds that end among the generated tokens, and more room for the newest than for surprises.
    { sinks: 2, entropy: 8, recent: 20, decay: 0.5, round: 7 },
    { sinks: 1, entropy: 5, recent: 30, decay: 0.7, round: 12 },
  ],
  full: { entropy: 500 },
  protects: ({ sinks }) => [...Array(Number(sinks)).keys()],
};
