import { TroubleError, troubleOf } from '../trouble';
import type { ActiveRun } from './active-run';
import { ModelSlot } from './model-slot';
import { ModelSources } from './model-sources';
import { planLoad } from './plan-load';
import type {
  EngineEvent,
  HeldRun,
  LoadRequest,
  MemoryPlan,
  ModelInfo,
  RunEvent,
  RunResult,
} from './protocol';
import { RunControl } from './run-control';

/** A device that is lost again and again is not worth waiting for. */
const MOST_RECOVERIES = 3;

/**
 * What the engine holds: one model on its device, the run on screen and one beside it. One thing is under way
 * at a time; a lost device is replaced, and the runs are brought back to the token where they were.
 */
export class EngineCore {
  private slot: ModelSlot | null = null;
  private loading: AbortController | null = null;
  readonly sources = new ModelSources();
  /** The run on screen. */
  protected active: ActiveRun | null = null;
  /** Its prompt under a second strategy. */
  protected compared: ActiveRun | null = null;
  protected control: RunControl | null = null;
  /** Resolves when the current run or calibration has ended, whatever its end. */
  protected running: Promise<unknown> = Promise.resolve();
  private recovering: Promise<void> | null = null;

  constructor(
    protected readonly emit: (event: EngineEvent) => void,
    /** Folder of the bundled haystacks, ending in a slash. */
    protected readonly haystacks: string,
  ) {}

  async load(request: LoadRequest): Promise<ModelInfo> {
    const { signal } = this.begin();
    // What is still on its way when the load was ended is nobody's news.
    const emit = (event: EngineEvent) => {
      if (!signal.aborted) this.emit(event);
    };
    const arriving = ModelSlot.load(request, this.sources, signal, emit, () => this.onLost());
    try {
      // The model before stays until the new one is complete, so that a failed load loses nothing.
      const slot = await Promise.race([arriving, rejectedBy(signal)]);
      await this.endRun();
      this.dropRuns();
      this.slot?.destroy();
      this.slot = slot;
      return slot.info;
    } catch (error) {
      arriving.then((slot) => slot.destroy()).catch(() => {});
      throw signal.aborted ? stoppedTrouble() : error;
    } finally {
      // Ending it later would end reads of the model that came of it.
      if (this.loading?.signal === signal) this.loading = null;
    }
  }

  async plan(request: LoadRequest, length: number): Promise<MemoryPlan> {
    const { signal } = this.begin();
    const planned = planLoad(request, length, this.sources, signal);
    planned.catch(() => {});
    try {
      return await Promise.race([planned, rejectedBy(signal)]);
    } catch (error) {
      throw signal.aborted ? stoppedTrouble() : error;
    } finally {
      // Ending it later would end reads of the model that came of it.
      if (this.loading?.signal === signal) this.loading = null;
    }
  }

  /** One load or plan at a time: another one ends it. */
  private begin(): AbortController {
    this.loading?.abort();
    this.loading = new AbortController();
    return this.loading;
  }

  cancelLoad(): void {
    this.loading?.abort();
  }

  /** Ends what is under way, then does the work. */
  protected async inTurn<T>(control: RunControl, work: () => Promise<T>): Promise<T> {
    const ended = this.endRun();
    // Set before anything is awaited, so that Pause and Stop reach what has only been asked for.
    this.control = control;
    const execution = ended.then(work).finally(() => {
      if (this.control === control) this.control = null;
    });
    this.running = execution.catch(() => {});
    return await execution;
  }

  /** Work that the page can hold and stop, and that says when it is over. */
  protected async live<T>(
    emit: (event: RunEvent) => void,
    work: (control: RunControl) => Promise<T>,
  ): Promise<T> {
    const control = new RunControl((state) => emit({ type: 'state', state }));
    return await this.inTurn(control, async () => {
      try {
        return await work(control);
      } finally {
        emit({ type: 'state', state: 'idle' });
      }
    });
  }

  /** Goes on with a run until it ends or is stopped. */
  protected async toEnd(
    run: ActiveRun,
    emit: (event: RunEvent) => void,
    control: RunControl,
  ): Promise<RunResult> {
    emit({ type: 'state', state: 'running' });
    const stopReason = await this.overLostDevices(() => run.advance(control));
    return await run.result(stopReason);
  }

  /** Does work on the device, and goes on with it on a new one where that was lost. */
  protected async overLostDevices<T>(work: () => Promise<T>): Promise<T> {
    for (let recoveries = 0; ; recoveries++) {
      try {
        return await work();
      } catch (error) {
        if (!(await this.deviceIsLost()) || recoveries === MOST_RECOVERIES) throw error;
        await this.recover();
      }
    }
  }

  /** The device went away. A live run notices by itself; an idle one is brought back here. */
  private onLost(): void {
    if (this.control) return;
    // The event of a failure reaches the page; nobody waits for a result here.
    this.recover().catch(() => {});
  }

  /** Waits until the browser had its say about the device, and tells whether it is gone. */
  private async deviceIsLost(): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return this.slot?.lostReason !== null;
  }

  /** Takes a new device, uploads the model again, and replays the run to the token where it was. */
  private recover(): Promise<void> {
    this.recovering ??= this.recoverOnce()
      .catch((error) => {
        const reason = troubleOf(error).what;
        this.emit({ type: 'device', state: 'failed', reason, replayedTokens: 0 });
        throw new TroubleError(
          'device-lost',
          `The GPU device was lost and could not be replaced: ${reason}`,
          'Reload the page; close other tabs that use the GPU if it happens again.',
          [{ do: 'reload', label: 'Reload the page' }],
        );
      })
      .finally(() => {
        this.recovering = null;
      });
    return this.recovering;
  }

  private async recoverOnce(): Promise<void> {
    const lost = this.loaded();
    const reason = lost.lostReason ?? '';
    this.emit({ type: 'device', state: 'lost', reason, replayedTokens: 0 });
    this.slot = await lost.revive(this.emit, () => this.onLost());
    let replayedTokens = 0;
    for (const run of [this.active, this.compared]) {
      replayedTokens += (await run?.replayOn(this.slot)) ?? 0;
    }
    this.emit({ type: 'device', state: 'restored', reason, replayedTokens });
  }

  protected async inspected(of: HeldRun = 'run'): Promise<ActiveRun> {
    await this.recovering;
    const run = of === 'run' ? this.active : this.compared;
    if (run) return run;
    throw of === 'run'
      ? new TroubleError('bad-input', 'Nothing has been run yet.', 'Press Run first.')
      : new TroubleError('bad-input', 'Nothing has been compared yet.', 'Press Compare first.');
  }

  protected loaded(): ModelSlot {
    if (!this.slot) {
      throw new TroubleError('bad-input', 'No model is loaded.', 'Load a model first.');
    }
    return this.slot;
  }

  protected async endRun(): Promise<void> {
    this.control?.stop();
    await this.running;
    await this.recovering?.catch(() => {});
  }

  private dropRuns(): void {
    this.active?.destroy();
    this.active = null;
    this.dropCompared();
  }

  protected dropCompared(): void {
    this.compared?.destroy();
    this.compared = null;
  }
}

function stoppedTrouble(): TroubleError {
  return new TroubleError(
    'cancelled',
    'Loading was stopped.',
    'What was fetched is kept; load the model again to go on.',
  );
}

/** Rejects when the signal is given. */
function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
