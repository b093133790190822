import type { EngineEvent } from './protocol';

/**
 * Collects events and hands them on at most once per animation frame. Of progress and cache events only the
 * newest of a batch matters; every token is kept.
 */
export class EventBatcher {
  private batch: EngineEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  private delivered: unknown = null;

  /** @param deliver may give a promise of when the batch was taken */
  constructor(private readonly deliver: (batch: EngineEvent[]) => unknown) {}

  push(event: EngineEvent): void {
    const last = this.batch.findIndex((earlier) => replaces(event, earlier));
    if (last >= 0) this.batch.splice(last, 1);
    this.batch.push(event);
    if (this.timer !== null) return;
    // A hidden tab gets no animation frames; a frame's time is waited there instead.
    this.timer = setTimeout(() => void this.flush(), HIDDEN_FRAME_MS);
    if (typeof requestAnimationFrame === 'function') requestAnimationFrame(() => void this.flush());
  }

  /** Hands on what there is, and resolves when all batches were taken. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.batch.length > 0) {
      const batch = this.batch;
      this.batch = [];
      this.delivered = this.deliver(batch);
    }
    await this.delivered;
  }
}

const HIDDEN_FRAME_MS = 50;

/** News of these kinds say all that the news before said. */
const NEWEST_COUNTS: EngineEvent['type'][] = [
  'prefill',
  'cache',
  'calibrate',
  'divergence',
  'bench',
];

function replaces(event: EngineEvent, earlier: EngineEvent): boolean {
  if (event.type !== earlier.type) return false;
  if (event.type === 'load' && earlier.type === 'load') return event.phase === earlier.phase;
  if (event.type === 'compared' && earlier.type === 'compared') {
    return replaces(event.event, earlier.event);
  }
  return NEWEST_COUNTS.includes(event.type);
}
