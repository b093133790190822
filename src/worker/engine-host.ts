import { PAGE_SLOTS } from '../engine/kernels';
import { Run, type RunOptions } from '../engine/run';
import { readBack } from '../gpu/read-back';
import { haystackText } from '../needle/haystacks';
import { buildPrompt } from '../needle/prompt';
import type { PreparedPrompt, PromptSpec } from '../needle/prompt-spec';
import { isCorrect } from '../needle/score';
import { attentionTile } from '../probes/attention-tile';
import { sinkScores } from '../probes/sink-score';
import { PRESETS } from '../strategies/presets';
import { buildStrategy, completeChoice } from '../strategies/registry';
import { TroubleError, troubleOf } from '../trouble';
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
}

/**
 * The engine as the page sees it: one model, one run at a time, and questions about the run at any time
 * between two of its submissions. Throws troubles; the endpoint turns them into outcomes.
 */
export class EngineHost {
  private slot: ModelSlot | null = null;
  private active: ActiveRun | null = null;
  private control: RunControl | null = null;
  /** Resolves when the current run has ended, whatever its end. */
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
    // Made before anything is awaited, so that Pause and Stop reach a run that has only been asked for.
    const ended = this.endRun();
    const control = new RunControl((state) => this.emit({ type: 'state', state }));
    this.control = control;
    const execution = ended.then(() => this.execute(request, control));
    this.running = execution.catch(() => {});
    return await execution;
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

  async logits(ids: number[], top: number): Promise<Logits> {
    const { model, adapter } = this.loaded();
    const run = await Run.create(model, {
      ids,
      strategy: buildStrategy(PRESETS[0].choice, model.config),
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

  private async execute(request: RunRequest, control: RunControl): Promise<RunResult> {
    try {
      return await this.executeUntilEnd(request, control);
    } finally {
      if (this.control === control) this.control = null;
      this.emit({ type: 'state', state: 'idle' });
    }
  }

  private async executeUntilEnd(request: RunRequest, control: RunControl): Promise<RunResult> {
    const slot = this.loaded();
    const strategy = completeChoice(request.strategy);
    const prompt = 'ids' in request.prompt ? null : await this.prepare(request.prompt);
    const options: RunOptions = {
      ids: prompt?.ids ?? ('ids' in request.prompt ? request.prompt.ids : []),
      strategy: buildStrategy(strategy, slot.model.config),
      sampling: request.sampling,
      maxTokens: request.maxTokens,
      inspect: request.inspect,
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
    };
    this.active = active;
    this.emit({ type: 'state', state: 'running' });
    const stopReason = await this.drive(active, control);
    return this.resultOf(active, strategy, stopReason);
  }

  /** Moves a run to its end, over as many lost devices as it may take. */
  private async drive(active: ActiveRun, control: RunControl): Promise<StopReason> {
    for (let recoveries = 0; ; recoveries++) {
      try {
        return await this.advance(active, control);
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
    }
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
    const bounded = options.strategy.cache.positions === 'reindexed';
    if (!bounded && run.processed >= config.contextLength) return 'context-full';
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

  private resultOf(
    { run, options, prompt, request, prefillMs, decodeMs }: ActiveRun,
    strategy: RunResult['strategy'],
    stopReason: StopReason,
  ): RunResult {
    const { checkpoint, adapter } = this.loaded();
    const answer = checkpoint.tokenizer?.decode(run.generated).trim() ?? '';
    const expected = prompt?.spec.expected ?? '';
    const { pagesHeld, peakPages, pageBytes } = run.cache.state();
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
        peak: peakPages * pageBytes,
        end: pagesHeld * pageBytes,
        dense: run.cache.bytesFor(run.processed),
      },
      prefillMs,
      decodeMs,
      seed: request.sampling.seed,
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
