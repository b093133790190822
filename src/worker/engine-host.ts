import { PAGE_SLOTS } from '../engine/kernels';
import { Run, type RunOptions } from '../engine/run';
import { needsContext } from '../engine/strategy';
import { readBack } from '../gpu/read-back';
import { documentStarts } from '../needle/documents';
import { haystackText } from '../needle/haystacks';
import { buildPrompt } from '../needle/prompt';
import type { PreparedPrompt, PromptSpec } from '../needle/prompt-spec';
import { isCorrect } from '../needle/score';
import { attentionTile } from '../probes/attention-tile';
import { sinkScores } from '../probes/sink-score';
import { buildStrategy } from '../strategies/build';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import { PRESETS } from '../strategies/presets';
import { completeChoice } from '../strategies/registry';
import { TroubleError, troubleOf } from '../trouble';
import { calibrate } from './calibration';
import { ModelSlot } from './model-slot';
import type {
  EngineEvent,
  HeadScores,
  LoadRequest,
  Logits,
  ModelInfo,
  RunRequest,
  RunResult,
  StopReason,
  Tile,
  TileRequest,
} from './protocol';
import { RunControl } from './run-control';
import { accountOf, byLayer, dumpOf, recallOf } from './run-report';

/** A device that is lost again and again is not worth waiting for. */
const MOST_RECOVERIES = 3;

/** What stays of a run: the request, its prompt, and the GPU side, which a lost device replaces. */
interface ActiveRun {
  request: RunRequest;
  options: RunOptions;
  prompt: PreparedPrompt | null;
  run: Run;
  prefillMs: number;
  decodeMs: number;
  /** Generated tokens that the page has heard of. */
  reported: number;
  /** When the kernels' counts were last read. */
  accountedMs: number;
  /** Positions held when the prompt was read, where a dump wants them. */
  keptAfterPrompt: number[][][];
}

/** Reading the counts costs a round trip, so not after every token. */
const ACCOUNT_EVERY_MS = 500;

/**
 * The engine as the page sees it: one model, one run at a time, and questions about the run at any time
 * between two of its submissions. Throws troubles; the endpoint turns them into outcomes.
 */
export class EngineHost {
  private slot: ModelSlot | null = null;
  private active: ActiveRun | null = null;
  private control: RunControl | null = null;
  /** Resolves when the current run or calibration has ended, whatever its end. */
  private running: Promise<unknown> = Promise.resolve();
  private recovering: Promise<void> | null = null;

  constructor(
    private readonly emit: (event: EngineEvent) => void,
    /** Folder of the bundled haystacks, ending in a slash. */
    private readonly haystacks: string,
  ) {}

  async load(request: LoadRequest): Promise<ModelInfo> {
    // The model before stays until the new one is complete, so that a failed load loses nothing.
    const slot = await ModelSlot.load(request, this.emit, () => this.onLost());
    await this.endRun();
    this.dropRun();
    this.slot?.destroy();
    this.slot = slot;
    return slot.info;
  }

  async prepare(spec: PromptSpec): Promise<PreparedPrompt> {
    const { checkpoint } = this.loaded();
    if (!checkpoint.tokenizer) {
      throw new TroubleError(
        'bad-input',
        `The model “${checkpoint.name}” came without tokenizer.json, so it cannot read text.`,
        'Add tokenizer.json to its folder, or run token ids.',
      );
    }
    const text = await haystackText(spec.haystack, this.haystacks);
    return buildPrompt(spec, text, checkpoint.tokenizer, checkpoint.config.bosId);
  }

  async run(request: RunRequest): Promise<RunResult> {
    const control = new RunControl((state) => this.emit({ type: 'state', state }));
    return await this.inTurn(control, () => this.execute(request, control));
  }

  pause(): void {
    this.control?.pause();
  }

  resume(): void {
    this.control?.resume();
  }

  step(): void {
    this.control?.step();
  }

  stop(): void {
    this.control?.stop();
  }

  async tile(request: TileRequest): Promise<Tile> {
    const { run } = await this.inspected();
    return { request, ...(await attentionTile(this.loaded().model, run, request)) };
  }

  async heads(): Promise<HeadScores> {
    const { run, options } = await this.inspected();
    const { model } = this.loaded();
    const queries = Math.min(run.processed, options.ids.length);
    const sink = await sinkScores(model, run, queries);
    return { layers: model.config.layers, heads: model.config.heads, sink, queries };
  }

  async evictedAt(layer: number, kvHead: number): Promise<Uint32Array> {
    const { run } = await this.inspected();
    const { device, config } = this.loaded().model;
    const store = run.inspection;
    if (!store || layer < 0 || layer >= config.layers || kvHead < 0 || kvHead >= config.kvHeads) {
      throw new TroubleError(
        'bad-input',
        `There is no inspected KV head ${layer}.${kvHead}.`,
        `Layers go to ${config.layers - 1}, KV heads to ${config.kvHeads - 1}.`,
      );
    }
    const offset = (layer * config.kvHeads + kvHead) * store.capacity * 4;
    return new Uint32Array(await readBack(device, store.evictedAt, run.processed * 4, offset));
  }

  async calibrate(kinds: CalibrationKind[]): Promise<Calibration | null> {
    const control = new RunControl(() => {});
    const stopped = () => control.stopped;
    return await this.inTurn(control, () =>
      this.overLostDevices(() =>
        calibrate(this.loaded(), kinds, this.haystacks, this.emit, stopped),
      ),
    );
  }

  async logits(ids: number[], top: number): Promise<Logits> {
    const { model, adapter } = this.loaded();
    const run = await Run.create(model, {
      ids,
      strategy: buildStrategy(PRESETS[0].choice, model.config, null),
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
      maxTokens: 0,
      inspect: false,
    });
    try {
      while (!run.promptRead) await run.readChunk();
      const bytes = model.config.vocabSize * 4;
      const values = new Float32Array(await readBack(model.device, run.forward.logits, bytes));
      const ranked = Array.from(values, (logit, id) => ({ id, logit })).sort(
        (a, b) => b.logit - a.logit || a.id - b.id,
      );
      return { ids, top: ranked.slice(0, top), adapter: adapter.name };
    } finally {
      run.destroy();
    }
  }

  /** Ends what is under way, then does the work. */
  private async inTurn<T>(control: RunControl, work: () => Promise<T>): Promise<T> {
    const ended = this.endRun();
    // Set before anything is awaited, so that Pause and Stop reach what has only been asked for.
    this.control = control;
    const execution = ended.then(work).finally(() => {
      if (this.control === control) this.control = null;
    });
    this.running = execution.catch(() => {});
    return await execution;
  }

  private async execute(request: RunRequest, control: RunControl): Promise<RunResult> {
    try {
      return await this.executeUntilEnd(request, control);
    } finally {
      this.emit({ type: 'state', state: 'idle' });
    }
  }

  private async executeUntilEnd(request: RunRequest, control: RunControl): Promise<RunResult> {
    const slot = this.loaded();
    const strategy = completeChoice(request.strategy);
    const given = 'ids' in request.prompt ? request.prompt : null;
    const prompt = 'ids' in request.prompt ? null : await this.prepare(request.prompt);
    const ids = prompt?.ids ?? given?.ids ?? [];
    const options: RunOptions = {
      ids,
      parts: {
        context: prompt?.questionSpan?.[0] ?? given?.context ?? ids.length,
        documents: prompt ? documentStarts(prompt) : (given?.documents ?? []),
      },
      strategy: buildStrategy(strategy, slot.model.config, request.calibration ?? null),
      sampling: request.sampling,
      maxTokens: request.maxTokens,
      inspect: request.inspect,
      timeStages: request.timeStages ?? false,
    };
    // A copy of the ids: what is sent is transferred, and the run still needs its own.
    if (prompt) this.emit({ type: 'prepared', prompt: { ...prompt, ids: prompt.ids.slice() } });
    // Allocated before the run before is given up: a prompt that does not fit loses nothing.
    const run = await Run.create(slot.model, options);
    this.dropRun();
    const active: ActiveRun = {
      request,
      options,
      prompt,
      run,
      prefillMs: 0,
      decodeMs: 0,
      reported: 0,
      accountedMs: 0,
      keptAfterPrompt: [],
    };
    this.active = active;
    this.emit({ type: 'state', state: 'running' });
    const stopReason = await this.overLostDevices(() => this.advance(active, control));
    return await this.resultOf(active, strategy, stopReason);
  }

  /** Does work on the device, and goes on with it on a new one where that was lost. */
  private async overLostDevices<T>(work: () => Promise<T>): Promise<T> {
    for (let recoveries = 0; ; recoveries++) {
      try {
        return await work();
      } catch (error) {
        if (!(await this.deviceIsLost()) || recoveries === MOST_RECOVERIES) throw error;
        await this.recover();
      }
    }
  }

  private async advance(active: ActiveRun, control: RunControl): Promise<StopReason> {
    const { run } = active;
    while (!run.promptRead) {
      if (!(await control.proceed())) return 'stopped';
      const begun = performance.now();
      await run.readChunk(() => control.stopped);
      active.prefillMs += performance.now() - begun;
      this.report(active);
      await this.account(active);
    }
    if (active.request.dump?.includes('kept')) {
      active.keptAfterPrompt = byLayer(await run.keptPositions(), this.loaded().model.config);
    }
    // The end of the prompt draws a token, wanted or not.
    if (active.options.maxTokens === 0) run.generated.length = 0;
    this.reportTokens(active);
    for (;;) {
      const reason = this.endReason(active);
      if (reason) return reason;
      if (!(await control.proceed())) return 'stopped';
      const begun = performance.now();
      await run.decodeToken();
      active.decodeMs += performance.now() - begun;
      this.report(active);
      this.reportTokens(active);
      await this.account(active);
    }
  }

  /** Tells now and then what the kernels counted. */
  private async account(active: ActiveRun): Promise<void> {
    const now = performance.now();
    if (now - active.accountedMs < ACCOUNT_EVERY_MS) return;
    active.accountedMs = now;
    this.emit({ type: 'accounting', accounting: await accountOf(this.loaded().model, active.run) });
  }

  private endReason({ run, options, prompt }: ActiveRun): StopReason | null {
    const { config, tokenizer } = this.loaded().checkpoint;
    const { generated } = run;
    if (config.eosIds.includes(generated[generated.length - 1])) return 'eos';
    if (generated.length >= options.maxTokens) return 'max-tokens';
    // An answer is one line; a text that goes on has many.
    if (prompt?.questionSpan && tokenizer && /\S[\s\S]*\n/.test(tokenizer.decode(generated))) {
      return 'newline';
    }
    if (needsContext(options.strategy) && run.processed >= config.contextLength) {
      return 'context-full';
    }
    return null;
  }

  private report({ run, options, prefillMs }: ActiveRun): void {
    const total = options.ids.length;
    const done = Math.min(run.processed, total);
    this.emit({ type: 'prefill', done, total, ms: prefillMs });
    const state = run.cache.state();
    this.emit({
      type: 'cache',
      snapshot: {
        ...state,
        tokens: run.processed,
        pageSlots: PAGE_SLOTS,
        denseBytes: run.cache.bytesFor(run.processed),
        inspectionBytes: run.inspection?.bytes ?? 0,
      },
    });
  }

  private reportTokens(active: ActiveRun): void {
    const { tokenizer } = this.loaded().checkpoint;
    const { generated } = active.run;
    for (; active.reported < generated.length; active.reported++) {
      const id = generated[active.reported];
      const piece = tokenizer?.pieceOf(id) ?? `[${id}]`;
      const { reported: index, decodeMs } = active;
      this.emit({ type: 'token', index, id, piece, decodeMs });
    }
  }

  private async resultOf(
    active: ActiveRun,
    strategy: RunResult['strategy'],
    stopReason: StopReason,
  ): Promise<RunResult> {
    const { run, options, prompt, request, prefillMs, decodeMs } = active;
    const { checkpoint, adapter, model } = this.loaded();
    const answer = checkpoint.tokenizer?.decode(run.generated).trim() ?? '';
    const expected = prompt?.spec.expected ?? '';
    const { pagesHeld, peakPages, pageBytes, besideBytes } = run.cache.state();
    const accounting = await accountOf(model, run);
    this.emit({ type: 'accounting', accounting });
    return {
      model: checkpoint.name,
      adapter: adapter.name,
      strategy,
      promptTokens: options.ids.length,
      generated: [...run.generated],
      answer,
      expected,
      correct: expected === '' ? null : isCorrect(answer, expected),
      stopReason,
      kvBytes: {
        peak: Math.max(peakPages * pageBytes, pagesHeld * pageBytes + besideBytes),
        end: pagesHeld * pageBytes + besideBytes,
        dense: run.cache.bytesFor(run.processed),
      },
      prefillMs,
      decodeMs,
      seed: request.sampling.seed,
      accounting,
      recall: request.recall ? await recallOf(model, run) : null,
      stageMs: run.stageMs,
      dump: await dumpOf(model, run, request.dump ?? [], active.keptAfterPrompt),
    };
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
    const { active } = this;
    let replayedTokens = 0;
    if (active) {
      const before = active.run;
      const run = await Run.create(this.slot.model, active.options);
      const read = Math.min(before.processed, active.options.ids.length);
      while (run.processed < read) {
        await run.readChunk();
      }
      for (let index = 0; index < before.generated.length; index++) {
        if (index > 0) await run.decodeToken();
        if (run.generated[index] !== before.generated[index]) run.force(before.generated[index]);
      }
      replayedTokens = run.processed;
      active.run = run;
    }
    this.emit({ type: 'device', state: 'restored', reason, replayedTokens });
  }

  private async inspected(): Promise<ActiveRun> {
    await this.recovering;
    if (!this.active) {
      throw new TroubleError('bad-input', 'Nothing has been run yet.', 'Press Run first.');
    }
    return this.active;
  }

  private loaded(): ModelSlot {
    if (!this.slot) {
      throw new TroubleError('bad-input', 'No model is loaded.', 'Load a model first.');
    }
    return this.slot;
  }

  private async endRun(): Promise<void> {
    this.control?.stop();
    await this.running;
    await this.recovering?.catch(() => {});
  }

  private dropRun(): void {
    this.active?.run.destroy();
    this.active = null;
  }
}
