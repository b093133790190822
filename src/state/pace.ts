/** Of a run's time, looking at it may take this share. */
const SHARE = 0.1;

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
export function createPace(now: () => number = () => performance.now()): Pace {
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
      return !looking && now() - restSince >= (tookMs ?? expectedMs) * (1 / SHARE - 1);
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
