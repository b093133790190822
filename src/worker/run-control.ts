/** Lets the page hold, step and end a run; the run asks at every boundary between submissions. */
export class RunControl {
  stopped = false;
  private paused = false;
  private wake: (() => void) | null = null;

  constructor(private readonly onState: (state: 'running' | 'paused') => void) {}

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.release();
  }

  /** Lets one more submission through while paused. */
  step(): void {
    this.release();
  }

  stop(): void {
    this.stopped = true;
    this.release();
  }

  /** Waits while paused. Returns whether the run should go on. */
  async proceed(): Promise<boolean> {
    if (this.paused && !this.stopped) {
      this.onState('paused');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      if (!this.paused) this.onState('running');
    }
    return !this.stopped;
  }

  private release(): void {
    this.wake?.();
    this.wake = null;
  }
}
