import type { RunView } from '../../state/page-store';

export interface RunProgress {
  phase: 'prefill' | 'decode';
  done: number;
  total: number;
  tokensPerSecond: number | null;
  /** Until the phase ends at the present speed; null while the speed is unknown. */
  remainingMs: number | null;
}

/** How far a run is, how fast, and how long it still takes. */
export function progressOf({
  prefill,
  generated,
  maxTokens,
}: Pick<RunView, 'prefill' | 'generated' | 'maxTokens'>): RunProgress {
  if (prefill.done < prefill.total) {
    return { phase: 'prefill', ...speed(prefill.done, prefill.total, prefill.ms) };
  }
  // The first token comes out of the prompt's last chunk; decoding begins with the second.
  const ms = generated.at(-1)?.decodeMs ?? 0;
  const { tokensPerSecond, remainingMs } = speed(generated.length - 1, maxTokens - 1, ms);
  return {
    phase: 'decode',
    done: generated.length,
    total: maxTokens,
    tokensPerSecond,
    remainingMs,
  };
}

/** Tokens that were decoded one by one, and the time of all those steps. */
export function decodeSpeedOf({ generated }: Pick<RunView, 'generated'>): {
  steps: number;
  ms: number;
} {
  return { steps: Math.max(0, generated.length - 1), ms: generated.at(-1)?.decodeMs ?? 0 };
}

function speed(done: number, total: number, ms: number) {
  const known = done > 0 && ms > 0;
  return {
    done,
    total,
    tokensPerSecond: known ? (done * 1000) / ms : null,
    remainingMs: known ? ((total - done) * ms) / done : null,
  };
}
