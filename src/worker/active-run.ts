import { PAGE_SLOTS } from '../engine/kernels';
import { Run } from '../engine/run';
import type { RunOptions } from '../engine/run-options';
import { needsContext } from '../engine/strategy';
import { documentStarts } from '../needle/documents';
import type { PreparedPrompt } from '../needle/prompt-spec';
import { judge } from '../needle/score';
import { buildStrategy } from '../strategies/build';
import { completeChoice, type StrategyChoice } from '../strategies/registry';
import type { ModelSlot } from './model-slot';
import type { RunEvent, RunRequest, RunResult, StopReason } from './protocol';
import type { RunControl } from './run-control';
import { accountOf, byLayer, dumpOf, recallOf } from './run-report';

/** Reading the counts costs a round trip, so not after every token. */
const ACCOUNT_EVERY_MS = 500;

/** One run from its request to its result. A lost device replaces its GPU side; all else stays. */
export class ActiveRun {
  private prefillMs = 0;
  private decodeMs = 0;
  /** Generated tokens that the page has heard of. */
  private reported = 0;
  /** When the kernels' counts were last read. */
  private accountedMs = 0;
  /** Positions held when the prompt was read, where a dump wants them. */
  private keptAfterPrompt: number[][][] = [];

  private constructor(
    private slot: ModelSlot,
    readonly request: RunRequest,
    private readonly strategy: StrategyChoice,
    readonly options: RunOptions,
    /** null: the request gave token ids. */
    readonly prompt: PreparedPrompt | null,
    public run: Run,
    private readonly emit: (event: RunEvent) => void,
  ) {}

  /**
   * Allocates the run.
   * @param prompt what the request's text became; null where it gave token ids
   */
  static async create(
    slot: ModelSlot,
    request: RunRequest,
    prompt: PreparedPrompt | null,
    emit: (event: RunEvent) => void,
  ): Promise<ActiveRun> {
    const strategy = completeChoice(request.strategy);
    const given = 'ids' in request.prompt ? request.prompt : null;
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
      keepLogits: request.inspect,
      surprisal: request.surprisal ?? false,
      timed: request.timeStages ? 'stages' : null,
    };
    const run = await Run.create(slot.model, options);
    return new ActiveRun(slot, request, strategy, options, prompt, run, emit);
  }

  /** Reads and generates from where it is, until it ends or is stopped. */
  async advance(control: RunControl): Promise<StopReason> {
    const { run } = this;
    while (!run.promptRead) {
      if (!(await control.proceed())) return 'stopped';
      const begun = performance.now();
      await run.readChunk(() => control.stopped);
      this.prefillMs += performance.now() - begun;
      this.report();
      await this.account();
    }
    if (this.request.dump?.includes('kept')) {
      this.keptAfterPrompt = byLayer(await run.cache.keptPositions(), this.slot.model.config);
    }
    // The end of the prompt draws a token, wanted or not.
    if (this.options.maxTokens === 0) run.generated.length = 0;
    this.reportTokens();
    for (;;) {
      const reason = this.endReason();
      if (reason) return reason;
      if (!(await control.proceed())) return 'stopped';
      const begun = performance.now();
      await run.decodeToken();
      this.decodeMs += performance.now() - begun;
      this.report();
      this.reportTokens();
      await this.account();
    }
  }

  /**
   * The same run on another device, read and generated up to the same token.
   * @returns the tokens that it took
   */
  async replayOn(slot: ModelSlot): Promise<number> {
    const before = this.run;
    const run = await Run.create(slot.model, this.options);
    const read = Math.min(before.processed, this.options.ids.length);
    while (run.processed < read) await run.readChunk();
    for (let index = 0; index < before.generated.length; index++) {
      if (index > 0) await run.decodeToken();
      if (run.generated[index] !== before.generated[index]) run.force(before.generated[index]);
    }
    this.slot = slot;
    this.run = run;
    return run.processed;
  }

  async result(stopReason: StopReason): Promise<RunResult> {
    const { run, options, prompt, request, prefillMs, decodeMs } = this;
    const { checkpoint, adapter, model } = this.slot;
    const answer = checkpoint.tokenizer?.decode(run.generated).trim() ?? '';
    const verdict = prompt?.check ? judge(answer, prompt.check) : null;
    const { pagesHeld, peakPages, pageBytes, besideBytes } = run.cache.state();
    const accounting = await accountOf(model, run);
    this.emit({ type: 'accounting', accounting });
    return {
      model: checkpoint.name,
      adapter: adapter.name,
      strategy: this.strategy,
      promptTokens: options.ids.length,
      generated: [...run.generated],
      answer,
      expected: prompt?.spec.expected ?? '',
      correct: verdict?.correct ?? null,
      score: verdict?.score ?? null,
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
      dump: await dumpOf(model, run, request.dump ?? [], this.keptAfterPrompt),
    };
  }

  destroy(): void {
    this.run.destroy();
  }

  /** Tells now and then what the kernels counted. */
  private async account(): Promise<void> {
    const now = performance.now();
    if (now - this.accountedMs < ACCOUNT_EVERY_MS) return;
    this.accountedMs = now;
    this.emit({ type: 'accounting', accounting: await accountOf(this.slot.model, this.run) });
  }

  private endReason(): StopReason | null {
    const { options, prompt, run } = this;
    const { config, tokenizer } = this.slot.checkpoint;
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

  private report(): void {
    const { run, options, prefillMs } = this;
    const total = options.ids.length;
    const done = Math.min(run.processed, total);
    this.emit({ type: 'prefill', done, total, ms: prefillMs });
    this.emit({
      type: 'cache',
      snapshot: {
        ...run.cache.state(),
        tokens: run.processed,
        pageSlots: PAGE_SLOTS,
        denseBytes: run.cache.bytesFor(run.processed),
        inspectionBytes: (run.inspection?.bytes ?? 0) + (run.logits?.buffer.size ?? 0),
      },
    });
  }

  private reportTokens(): void {
    const { tokenizer } = this.slot.checkpoint;
    const { generated } = this.run;
    for (; this.reported < generated.length; this.reported++) {
      const id = generated[this.reported];
      const piece = tokenizer?.pieceOf(id) ?? `[${id}]`;
      const { reported: index, decodeMs } = this;
      this.emit({ type: 'token', index, id, piece, decodeMs });
    }
  }
}
