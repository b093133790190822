import { BufferSet, withMemoryCheck } from '../gpu/buffers';
import { readBack } from '../gpu/read-back';
import { StageTimer } from '../gpu/stage-timer';
import { TroubleError } from '../trouble';
import { planLayout } from './bench';
import { ForwardPass, type StrategyWork, samplingData } from './forward';
import type { GpuModel } from './gpu-model';
import { createInspectionStore, type InspectionStore } from './inspection';
import { MAX_CHUNK, PAGE_SLOTS } from './kernels';
import { KvCache } from './kv-cache';
import type { Recorder, Stage } from './recorder';
import { ROPE_POSITIONS } from './rope-table';
import { compressionPoint, needsContext, type PromptParts, type Strategy } from './strategy';

/** How the next token is drawn; temperature 0 is greedy, topK 0 and topP 1 keep all. */
export interface SamplingOptions {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
}

export interface RunOptions {
  ids: ArrayLike<number>;
  /** Where question and documents begin; without it, all is context and nothing is a document. */
  parts?: Omit<PromptParts, 'length'>;
  strategy: Strategy;
  sampling: SamplingOptions;
  maxTokens: number;
  inspect: boolean;
  /** Measure what the GPU's time goes to, where the adapter can tell. */
  timeStages?: boolean;
  /** Tokens of a chunk, fixed; without it the strategy or the adapter's speed decides. */
  chunk?: number;
}

/**
 * First and smallest chunk: the tile of the matrix product, so that less would cost as much. Where windows
 * bound the cache it is the only one: what the cache holds then never depends on the clock.
 */
const MIN_CHUNK = 32;
/** A submission should stay below this, so that Stop answers soon and no watchdog strikes. */
const TARGET_MS = 100;
/** Changes of stage in a layer, and more in what a cache policy does after the last; others go untimed. */
const MOST_PASSES_PER_LAYER = 8;

type Phase = 'prefill' | 'decode';

/**
 * One run: its cache, its work buffers, and the steps that move it on. The caller drives it (chunk by chunk,
 * token by token), so that it can pause, stop or look in between.
 */
export class Run {
  /** Tokens in the cache's past: prompt tokens read plus generated tokens fed back. */
  processed = 0;
  readonly generated: number[] = [];
  /** GPU milliseconds so far; null where stages are not timed. */
  readonly stageMs: Record<Phase, Record<Stage, number>> | null;
  private phase: Phase = 'prefill';
  /** Whether the cache policy has dropped what the prompt does not need. */
  private compressed = false;
  private chunk: number;
  private readonly fixedChunk: boolean;
  /** Submissions that a chunk is split into, by layers. */
  private parts: number;

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
    private readonly timer: StageTimer<Stage> | null,
  ) {
    const none = { model: 0, selection: 0, attention: 0 };
    this.stageMs = timer && { prefill: { ...none }, decode: { ...none } };
    forward.recorder.timer = timer;
    const fixed = fixedChunk(options, model);
    this.fixedChunk = fixed !== null;
    this.chunk = fixed ?? MIN_CHUNK;
    // A long chunk must not be one long submission before its speed is known.
    this.parts = this.chunk > MIN_CHUNK ? model.config.layers : 1;
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
    checkContext(model, options, Math.max(...capacities));
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
        const cache = new KvCache(device, buffers, config, strategy.cache, capacities, valueBytes);
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
        const staging = buffers.staging('drawn token', 4);
        const passes = MOST_PASSES_PER_LAYER * (config.layers + 1);
        const timer = options.timeStages ? StageTimer.create<Stage>(device, passes) : null;
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
    const { forward, work, parts } = this;
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
      await this.submit(tokens, last && ends, () => {
        forward.recordChunk(work, from, to, last, planned);
        if (ends && this.compressed) work.cache.afterTokens?.(forward.recorder);
      });
      if (!ends && stopped()) return;
    }
    await this.commit(tokens);
    if (tokens === this.chunk) this.pace((performance.now() - begun) / parts);
    if (!this.compressed && end === this.compressionPoint) await this.compress();
    if (last && work.decode?.promptRead) {
      await this.submitCacheWork((recorder) => work.decode?.promptRead?.(recorder));
    }
  }

  /** Feeds the newest token back and draws the next. */
  async decodeToken(): Promise<void> {
    const { forward, work } = this;
    this.phase = 'decode';
    await this.makeRoom();
    work.decode?.beginStep?.(this.processed - this.prompt.length);
    this.begin(1);
    await this.submit(1, true, () => {
      forward.recordToken(work);
      work.cache.afterTokens?.(forward.recorder);
    });
    await this.commit(1);
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

  /** Positions of the text that each layer's KV head holds now, as the newest query sees them. */
  async keptPositions(): Promise<Uint32Array[]> {
    const { cache } = this;
    const bytes = await readBack(this.model.device, cache.entries, cache.entries.size);
    const words = new Uint32Array(bytes);
    return Array.from({ length: cache.heads }, (_, head) => {
      const { sinks, recent } = cache.windowOf(head);
      const rows = cache.rowsOf(head);
      const visible = rows.filter((_row, slot) => slot < sinks || rows.length - slot <= recent);
      const beside = Array.from({ length: cache.beside.entries }, (_, position) => position);
      return Uint32Array.from([...beside, ...visible.map((row) => words[row * 2])]);
    });
  }

  destroy(): void {
    this.buffers.destroy();
    this.timer?.destroy();
  }

  /** Tokens of the next chunk. Once the cache was compressed, the rest of the prompt comes in small pieces. */
  private nextChunk(): number {
    if (this.compressed) return Math.min(MIN_CHUNK, this.prompt.length - this.processed);
    return Math.min(this.chunk, this.compressionPoint - this.processed);
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
  }

  /** Keeps submissions near the target: by the chunk's length, and below the smallest chunk by layers. */
  private pace(submissionMs: number): void {
    if (submissionMs > TARGET_MS * 2) {
      if (this.chunk > MIN_CHUNK && !this.fixedChunk) this.chunk /= 2;
      else this.parts = Math.min(this.model.config.layers, this.parts * 2);
    } else if (submissionMs < TARGET_MS / 2) {
      if (this.parts > 1) this.parts = Math.floor(this.parts / 2);
      else if (!this.fixedChunk) this.chunk = Math.min(MAX_CHUNK, this.chunk * 2);
    }
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
  }

  /** A submission in which no token is read: the cache is worked on. */
  private async submitCacheWork(record: (recorder: Recorder) => void): Promise<void> {
    this.begin(0);
    await this.submit(0, false, () => {
      this.forward.recorder.stage('selection');
      record(this.forward.recorder);
    });
  }

  /** One submission, and the drawn token read back when there is one. */
  private async submit(tokens: number, draws: boolean, record: () => void): Promise<void> {
    const { device } = this.model;
    const encoder = device.createCommandEncoder();
    const { recorder } = this.forward;
    recorder.begin(encoder, tokens, this.processed);
    record();
    recorder.end();
    this.timer?.resolve(encoder);
    if (draws) encoder.copyBufferToBuffer(this.forward.drawn, 0, this.staging, 0, 4);
    device.queue.submit([encoder.finish()]);
    if (this.timer && this.stageMs) await this.timer.addTo(this.stageMs[this.phase]);
    if (!draws) {
      await device.queue.onSubmittedWorkDone();
      return;
    }
    await this.staging.mapAsync(GPUMapMode.READ);
    this.generated.push(new Uint32Array(this.staging.getMappedRange())[0]);
    this.staging.unmap();
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

/** Tokens of every chunk, where results depend on it or the caller fixed it; null: as the adapter's speed allows. */
function fixedChunk({ strategy, chunk }: RunOptions, { config }: GpuModel): number | null {
  const { prefill, cache, decode } = strategy;
  const asked = cache.round ?? chunk;
  if (asked !== undefined) return asked;
  if (prefill.parts.length > 0 || decode.wholeChunks) return MAX_CHUNK;
  const windows = allWindows(cache, config);
  return windows.some(({ recent }) => Number.isFinite(recent)) ? MIN_CHUNK : null;
}

function allWindows(cache: Strategy['cache'], { layers, kvHeads }: GpuModel['config']) {
  return Array.from({ length: layers * kvHeads }, (_, head) =>
    cache.windowOf(Math.floor(head / kvHeads), head % kvHeads),
  );
}

/** Slots that each head may fill at once, in a text of `length` tokens. */
function headCapacities(
  { strategy: { cache }, chunk = MIN_CHUNK }: RunOptions,
  model: GpuModel,
  length: number,
): number[] {
  return allWindows(cache, model.config).map(({ sinks, recent }) => {
    // A windowed head fills sinks and window, the chunk being read, and what its last pages have to spare.
    const windowed = sinks + recent + chunk + 2 * PAGE_SLOTS;
    return Math.min(length, windowed, cache.most ?? Number.POSITIVE_INFINITY);
  });
}

function checkIds(ids: ArrayLike<number>, vocabSize: number): void {
  if (ids.length === 0) {
    throw new TroubleError('bad-input', 'The prompt is empty.', 'Give at least one token.');
  }
  for (let i = 0; i < ids.length; i++) {
    if (!Number.isInteger(ids[i]) || ids[i] < 0 || ids[i] >= vocabSize) {
      throw new TroubleError(
        'bad-input',
        `Token ${i} is ${ids[i]}; this model's ids go from 0 to ${vocabSize - 1}.`,
        'Use ids of this model’s own tokenizer.',
      );
    }
  }
}

/**
 * Positions of the text end with the model's context; positions in a bounded cache do not.
 * @param capacity entries that the fullest head may hold
 */
function checkContext(
  { config }: GpuModel,
  { ids, strategy, maxTokens }: RunOptions,
  capacity: number,
): void {
  const { contextLength } = config;
  const inCache = strategy.cache.positions === 'reindexed';
  const reach = inCache ? capacity : ids.length + maxTokens;
  if (reach > ROPE_POSITIONS) {
    throw new TroubleError(
      'prompt-too-long',
      `Positions up to ${reach} are needed; Needlescope can compute ${ROPE_POSITIONS}.`,
      'Use a shorter prompt or a smaller window.',
    );
  }
  if (inCache) {
    const { sinks, recent } = strategy.cache.windowOf(0, 0);
    const most = Math.min(sinks + recent, strategy.cache.most ?? Number.POSITIVE_INFINITY);
    if (ids.length > contextLength && most > contextLength) {
      throw new TroubleError(
        'prompt-too-long',
        `The cache may hold ${most} entries, the model's context is ${contextLength} tokens.`,
        'Keep fewer entries.',
      );
    }
    return;
  }
  if (ids.length > contextLength && needsContext(strategy)) {
    const over = ids.length - contextLength;
    throw new TroubleError(
      'prompt-too-long',
      `The prompt has ${ids.length} tokens, ${over} more than the model's context of ${contextLength}.`,
      'StreamingLLM counts positions inside its cache and can go on; or cut the prompt.',
      [
        { do: 'use-preset', preset: 'streaming-llm', label: 'Use StreamingLLM' },
        { do: 'set-length', length: contextLength, label: `Cut to ${contextLength} tokens` },
      ],
    );
  }
}
