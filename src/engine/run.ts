import { BufferSet, withMemoryCheck } from '../gpu/buffers';
import { bytesReadBack, countReadBack, readBack } from '../gpu/read-back';
import { StageTimer } from '../gpu/stage-timer';
import { planLayout } from './bench';
import { ChunkPace } from './chunk-pace';
import { ForwardPass, type StrategyWork, samplingData } from './forward';
import type { GpuModel } from './gpu-model';
import { createInspectionStore, type InspectionStore } from './inspection';
import { keptWindows } from './kept-windows';
import { KernelLog } from './kernel-log';
import { MAX_CHUNK } from './kernels';
import { KvCache } from './kv-cache';
import { LogitHistory } from './logit-history';
import type { Recorder, Stage } from './recorder';
import {
  checkBuffers,
  checkContext,
  checkIds,
  checkPositions,
  fixedChunk,
  headCapacities,
  MIN_CHUNK,
} from './run-limits';
import type { RunOptions } from './run-options';
import { compressionPoint, type PromptParts, type Strategy } from './strategy';

type Phase = 'prefill' | 'decode';

/** What was asked of the GPU, and copied back from it. */
export interface Traffic {
  dispatches: number;
  bytesReadBack: number;
}

/**
 * One run: its cache, its work buffers, and the steps that move it on. The caller drives it (chunk by chunk,
 * token by token), so that it can pause, stop or look in between.
 */
export class Run {
  /** Tokens in the cache's past: prompt tokens read plus generated tokens fed back. */
  processed = 0;
  readonly generated: number[] = [];
  /** Position of the first token that is read while an earlier one is missing in some head; null: none yet. */
  firstEviction: number | null = null;
  /** Whether its buffers are gone. */
  destroyed = false;
  /** GPU milliseconds so far; null where stages are not timed. */
  readonly stageMs: Record<Phase, Record<Stage, number>> | null = null;
  /** null where kernels are not timed. */
  readonly kernels: KernelLog | null = null;
  /** What the run itself does, without what others look up about it. */
  readonly traffic: Record<Phase, Traffic> = {
    prefill: { dispatches: 0, bytesReadBack: 0 },
    decode: { dispatches: 0, bytesReadBack: 0 },
  };
  readonly logits: LogitHistory | null;
  private readonly readBackBefore: number;
  private phase: Phase = 'prefill';
  /** Whether the cache policy has dropped what the prompt does not need. */
  private compressed = false;
  private readonly pace: ChunkPace;

  private constructor(
    private readonly model: GpuModel,
    readonly options: RunOptions,
    readonly prompt: PromptParts,
    private readonly buffers: BufferSet,
    readonly cache: KvCache,
    readonly inspection: InspectionStore | null,
    readonly forward: ForwardPass,
    private readonly work: StrategyWork,
    private readonly staging: GPUBuffer,
    private readonly timer: StageTimer | null,
  ) {
    this.readBackBefore = bytesReadBack(model.device);
    const none = { model: 0, selection: 0, attention: 0 };
    if (timer && options.timed === 'stages') {
      this.stageMs = { prefill: { ...none }, decode: { ...none } };
    }
    if (timer && options.timed === 'kernels') this.kernels = new KernelLog();
    forward.recorder.timer = timer;
    forward.recorder.kernels = this.kernels;
    this.logits = options.keepLogits
      ? new LogitHistory(buffers, model.config.vocabSize, options.maxTokens)
      : null;
    this.pace = new ChunkPace(fixedChunk(options, model), model.config.layers);
  }

  /**
   * Allocates everything that the run needs, for its whole length.
   * @throws TroubleError `prompt-too-long`, `adapter-too-small` or `out-of-memory`.
   */
  static async create(model: GpuModel, options: RunOptions): Promise<Run> {
    const { device, config, precision } = model;
    const { ids, strategy, maxTokens } = options;
    checkIds(ids, config.vocabSize);
    const length = ids.length + maxTokens;
    const capacities = headCapacities(options, model, length);
    checkPositions(model, strategy);
    checkContext(model, options, Math.max(...capacities));
    checkBuffers(model, length, options, capacities);
    const prompt: PromptParts = {
      length: ids.length,
      context: options.parts?.context ?? ids.length,
      documents: options.parts?.documents ?? [],
    };
    const buffers = new BufferSet(device, 'Run');
    try {
      // Allocation and preparation are checked together: strategies allocate while they prepare.
      return await withMemoryCheck(device, 'cache and work buffers of the run', async () => {
        const valueBytes = precision === 'f16' ? 2 : 4;
        const cache = new KvCache(
          device,
          buffers,
          config,
          keptWindows(strategy, config),
          capacities,
          valueBytes,
        );
        const plan = planLayout(length, config.heads);
        const inspection = options.inspect
          ? createInspectionStore(
              model,
              buffers,
              strategy,
              plan,
              prompt,
              fixedChunk(options, model) ?? MAX_CHUNK,
              length,
            )
          : null;
        const sampling = buffers.uniform('sampling', 16);
        device.queue.writeBuffer(sampling, 0, samplingData(options.sampling));
        const forward = await ForwardPass.create(
          model,
          buffers,
          cache,
          inspection,
          strategy,
          prompt,
          length,
          sampling,
        );
        const work = await prepareWork(strategy, forward);
        if (options.surprisal) await forward.bench.surprisal('model');
        const staging = buffers.staging('drawn token', 4);
        const timer = options.timed ? StageTimer.create(device) : null;
        return new Run(
          model,
          options,
          prompt,
          buffers,
          cache,
          inspection,
          forward,
          work,
          staging,
          timer,
        );
      });
    } catch (error) {
      buffers.destroy();
      throw error;
    }
  }

  get promptRead(): boolean {
    return this.processed >= this.options.ids.length;
  }

  /**
   * Reads the next chunk of the prompt; at its end the first token is drawn.
   * @param stopped asked between the submissions of a chunk; a chunk that is given up has not happened
   */
  async readChunk(stopped: () => boolean = () => false): Promise<void> {
    const { ids } = this.options;
    const { device, config } = this.model;
    const { forward, work, pace } = this;
    const { parts } = pace;
    const tokens = this.nextChunk();
    const end = this.processed + tokens;
    const last = end === ids.length;
    const planned = !this.compressed;
    const chunk = Uint32Array.from({ length: tokens }, (_, i) => ids[this.processed + i]);
    await this.makeRoom();
    device.queue.writeBuffer(forward.ids, 0, chunk);
    const begun = performance.now();
    if (planned) work.prefill.beginChunk?.(this.processed, tokens);
    this.begin(tokens);
    for (let part = 0; part < parts; part++) {
      const from = Math.floor((config.layers * part) / parts);
      const to = Math.floor((config.layers * (part + 1)) / parts);
      const ends = part === parts - 1;
      await this.submit(tokens, last && ends ? 'drawn' : 'done', () => {
        forward.recordChunk(work, from, to, last, planned);
        if (ends && this.compressed) work.cache.afterTokens?.(forward.recorder);
      });
      if (!ends && stopped()) return;
    }
    await this.commit(tokens);
    if (tokens === pace.chunk) pace.measured((performance.now() - begun) / parts);
    if (!this.compressed && end === this.compressionPoint) await this.compress();
    if (last && work.decode?.promptRead) {
      await this.submitCacheWork((recorder) => work.decode?.promptRead?.(recorder));
    }
  }

  /** Bytes that were copied back from the GPU since the run was made, by all but the run. */
  get bytesLookedUp(): number {
    const { prefill, decode } = this.traffic;
    const own = prefill.bytesReadBack + decode.bytesReadBack;
    return bytesReadBack(this.model.device) - this.readBackBefore - own;
  }

  /** Feeds the newest token back and draws the next. */
  async decodeToken(): Promise<void> {
    await this.decodeStep('drawn');
  }

  /**
   * Feeds tokens of a given text instead, each in a submission of its own. Waits only for the last of them, and
   * reads back nothing that was drawn.
   */
  async feed(tokens: ArrayLike<number>): Promise<void> {
    const { queue } = this.model.device;
    for (const token of Array.from(tokens)) {
      queue.writeBuffer(this.forward.ids, 0, Uint32Array.of(token));
      await this.decodeStep('nothing');
    }
    await queue.onSubmittedWorkDone();
  }

  /** Replaces the newest token, where a replay must follow an earlier run to the letter. */
  force(token: number): void {
    this.generated[this.generated.length - 1] = token;
    this.model.device.queue.writeBuffer(this.forward.ids, 0, new Uint32Array([token]));
  }

  /**
   * Pairs computed while the prompt was read and entries read by decode steps, counted by the kernels:
   * u32[layers, heads, 2].
   */
  async counts(): Promise<Uint32Array> {
    const { layers, heads } = this.model.config;
    return new Uint32Array(
      await readBack(this.model.device, this.forward.counts, layers * heads * 8),
    );
  }

  /**
   * Surprisal of the tokens at [from, to), in nats; not a number for the first token, which nothing predicts, and
   * for tokens not read yet.
   * @returns null where it is not measured
   */
  async surprisals(from: number, to: number): Promise<Float32Array | null> {
    const { judge } = this.forward.bench;
    if (!judge) return null;
    const values = new Float32Array(to - from).fill(Number.NaN);
    const known = Math.min(to, this.processed) - from;
    if (known <= 0) return values;
    const bytes = await readBack(this.model.device, judge.surprisals, known * 4, from * 4);
    values.set(new Float32Array(bytes));
    if (from === 0) values[0] = Number.NaN;
    return values;
  }

  destroy(): void {
    this.destroyed = true;
    this.buffers.destroy();
    this.timer?.destroy();
  }

  private async decodeStep(awaited: 'drawn' | 'nothing'): Promise<void> {
    const { forward, work } = this;
    this.phase = 'decode';
    await this.makeRoom();
    work.decode?.beginStep?.(this.processed - this.prompt.length);
    this.begin(1);
    await this.submit(1, awaited, () => {
      forward.recordToken(work);
      work.cache.afterTokens?.(forward.recorder);
    });
    await this.commit(1);
  }

  /** Tokens of the next chunk. Once the cache was compressed, the rest of the prompt comes in small pieces. */
  private nextChunk(): number {
    if (this.compressed) return Math.min(MIN_CHUNK, this.prompt.length - this.processed);
    return Math.min(this.pace.chunk, this.compressionPoint - this.processed);
  }

  private get compressionPoint(): number {
    return compressionPoint(this.options.strategy.cache, this.prompt);
  }

  private async compress(): Promise<void> {
    this.compressed = true;
    const { work } = this;
    if (!work.cache.compress) return;
    await this.submitCacheWork((recorder) => work.cache.compress?.(recorder));
    await this.shrink();
  }

  /** Drops entries before others arrive, where the policy wants that. */
  private async makeRoom(): Promise<void> {
    const { work } = this;
    if (!work.cache.needsRoom?.(this.cache.filled, this.processed)) return;
    await this.submitCacheWork((recorder) => work.cache.makeRoom?.(recorder));
    await this.shrink();
  }

  private async shrink(): Promise<void> {
    const left = await this.work.cache.slotsLeft?.(this.cache.filled);
    if (left) this.cache.shrink(left);
    if (this.work.cache.beside) this.cache.beside = this.work.cache.beside();
    this.firstEviction ??= this.cache.missesFrom(this.processed);
  }

  /** Makes room for the next tokens and tells the GPU what they are. */
  private begin(tokens: number): void {
    this.cache.reserve(tokens);
    this.forward.writeFrame(tokens, this.processed);
  }

  /** Counts tokens only when they are done: what a lost device swallowed has not happened. */
  private async commit(tokens: number): Promise<void> {
    this.processed += tokens;
    this.cache.commit(tokens);
    if (this.compressed && this.work.cache.afterTokens) await this.shrink();
    this.firstEviction ??= this.cache.missesFrom(this.processed);
  }

  /** A submission in which no token is read: the cache is worked on. */
  private async submitCacheWork(record: (recorder: Recorder) => void): Promise<void> {
    this.begin(0);
    await this.submit(0, 'done', () => {
      this.forward.recorder.stage('selection');
      record(this.forward.recorder);
    });
  }

  /**
   * One submission.
   * @param awaited the drawn token, which is read back; the end of the work; or nothing
   */
  private async submit(
    tokens: number,
    awaited: 'drawn' | 'done' | 'nothing',
    record: () => void,
  ): Promise<void> {
    const { device } = this.model;
    const encoder = device.createCommandEncoder();
    const { recorder } = this.forward;
    const traffic = this.traffic[this.phase];
    const before = recorder.dispatches;
    recorder.begin(encoder, tokens, this.processed);
    record();
    recorder.end();
    traffic.dispatches += recorder.dispatches - before;
    this.timer?.resolve(encoder);
    const draws = awaited === 'drawn';
    if (draws) {
      encoder.copyBufferToBuffer(this.forward.drawn, 0, this.staging, 0, 4);
      this.logits?.record(encoder, this.forward.logits, this.generated.length);
    }
    device.queue.submit([encoder.finish()]);
    const sums = this.kernels?.ms ?? this.stageMs?.[this.phase];
    if (this.timer && sums) await this.timer.addTo(sums);
    if (awaited === 'done') await device.queue.onSubmittedWorkDone();
    if (!draws) return;
    await this.staging.mapAsync(GPUMapMode.READ);
    this.generated.push(new Uint32Array(this.staging.getMappedRange())[0]);
    this.staging.unmap();
    traffic.bytesReadBack += 4;
    countReadBack(device, 4);
  }
}

/** Compiles, allocates and binds what the values of the strategy need. */
async function prepareWork(strategy: Strategy, { bench }: ForwardPass): Promise<StrategyWork> {
  const [prefill, cache, decode, score] = await Promise.all([
    strategy.prefill.prepare?.(bench),
    strategy.cache.prepare?.(bench),
    strategy.decode.prepare?.(bench),
    strategy.score.prepare?.(bench),
  ]);
  return {
    prefill: prefill ?? {},
    cache: cache ?? {},
    decode: decode ?? null,
    score: score ?? null,
  };
}
