import type { EngineEvent } from './protocol';

/**
 * Collects events and hands them on at most once per animation frame. Of progress and cache events only the
 * newest of a batch matters; every token is kept.
 */
export class EventBatcher {
  private batch: EngineEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly deliver: (batch: EngineEvent[]) => void) {}

  push(event: EngineEvent): void {
    const last = this.batch.findIndex((earlier) => replaces(event, earlier));
    if (last >= 0) this.batch.splice(last, 1);
    this.batch.push(event);
    if (this.timer !== null) return;
    // A hidden tab gets no animation frames; a frame's time is waited there instead.
    this.timer = setTimeout(() => this.flush(), HIDDEN_FRAME_MS);
    if (typeof requestAnimationFrame === 'function') requestAnimationFrame(() => this.flush());
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.batch.length === 0) return;
    const batch = this.batch;
    this.batch = [];
    this.deliver(batch);
  }
}

const HIDDEN_FRAME_MS = 50;

function replaces(event: EngineEvent, earlier: EngineEvent): boolean {
  if (event.type !== earlier.type) return false;
  if (event.type === 'load' && earlier.type === 'load') return event.phase === earlier.phase;
  return event.type === 'prefill' || event.type === 'cache' || event.type === 'calibrate';
}
