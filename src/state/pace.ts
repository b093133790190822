/** Of a run's time, looking at it may take a tenth: so much each kind of look. */
export const LIVE_SHARES = { map: 0.03, heads: 0.05, rows: 0.01, cache: 0.01 };

/** How long to rest after a look, so that looks take no more than their share of the time. */
export function restAfter(tookMs: number, share: number): number {
  return tookMs * (1 / share - 1);
}

/** Keeps slow looks at a live run so rare that they cost it little. */
export interface Pace {
  /**
   * Whether a look is due.
   * @param runId a new run starts anew
   * @param expectedMs how long a look will take, until one was made
   */
  isDue(runId: number, expectedMs: number): boolean;
  /** Waits for a look and notes how long it took. */
  timed(look: Promise<unknown>): Promise<void>;
}

/** @param now in milliseconds */
export function createPace(share: number, now: () => number = () => performance.now()): Pace {
  let current: number | null = null;
  let tookMs: number | null = null;
  let restSince = 0;
  let looking = false;
  return {
    isDue(runId, expectedMs) {
      if (runId !== current) {
        current = runId;
        tookMs = null;
        restSince = now();
      }
      return !looking && now() - restSince >= restAfter(tookMs ?? expectedMs, share);
    },
    async timed(look) {
      const begun = now();
      looking = true;
      await look;
      looking = false;
      restSince = now();
      tookMs = restSince - begun;
    },
  };
}
