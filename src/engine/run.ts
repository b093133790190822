import { BufferSet, withMemoryCheck } from '../gpu/buffers';
import { TroubleError } from '../trouble';
import { ForwardPass, MAX_CHUNK, samplingData } from './forward';
import type { GpuModel } from './gpu-model';
import { createInspectionStore, type InspectionStore } from './inspection';
import { PAGE_SLOTS } from './kernels';
import { KvCache } from './kv-cache';
import { ROPE_POSITIONS } from './rope-table';
import type { Strategy } from './strategy';

/** How the next token is drawn; temperature 0 is greedy, topK 0 and topP 1 keep all. */
export interface SamplingOptions {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
}

export interface RunOptions {
  ids: ArrayLike<number>;
  strategy: Strategy;
  sampling: SamplingOptions;
  maxTokens: number;
  inspect: boolean;
}

/**
 * First and smallest chunk: the tile of the matrix product, so that less would cost as much. Under a bounded
 * policy it is the only one: what the cache holds then never depends on the clock.
 */
const MIN_CHUNK = 32;
/** A submission should stay below this, so that Stop answers soon and no watchdog strikes. */
const TARGET_MS = 100;

/**
 * One run: its cache, its work buffers, and the steps that move it on. The caller drives it (chunk by chunk,
 * token by token), so that it can pause, stop or look in between.
 */
export class Run {
  /** Tokens in the cache's past: prompt tokens read plus generated tokens fed back. */
  processed = 0;
  readonly generated: number[] = [];
  private chunk = MIN_CHUNK;
  /** Submissions that a chunk is split into, by layers. */
  private parts = 1;

  private constructor(
    private readonly model: GpuModel,
    readonly options: RunOptions,
    private readonly buffers: BufferSet,
    readonly cache: KvCache,
    readonly inspection: InspectionStore | null,
    readonly forward: ForwardPass,
    private readonly staging: GPUBuffer,
  ) {}

  /**
   * Allocates everything that the run needs, for its whole length.
   * @throws TroubleError `prompt-too-long`, `adapter-too-small` or `out-of-memory`.
   */
  static async create(model: GpuModel, options: RunOptions): Promise<Run> {
    const { device, config, precision } = model;
    const { ids, strategy, maxTokens } = options;
    checkIds(ids, config.vocabSize);
    checkContext(model, options);
    const { sinks, recent, positions } = strategy.cache;
    const length = ids.length + maxTokens;
    // A bounded head fills sinks and window, the chunk being read, and what its last pages have to spare.
    const capacity = Math.min(length, sinks + recent + MIN_CHUNK + 2 * PAGE_SLOTS);
    const reach = positions === 'reindexed' ? capacity : length;
    if (reach > ROPE_POSITIONS) {
      throw new TroubleError(
        'prompt-too-long',
        `Positions up to ${reach} are needed; Needlescope can compute ${ROPE_POSITIONS}.`,
        'Use a shorter prompt or a smaller window.',
      );
    }
    const buffers = new BufferSet(device, 'Run');
    return await withMemoryCheck(device, 'cache and work buffers of the run', () => {
      try {
        const cache = new KvCache(
          device,
          buffers,
          config,
          strategy.cache,
          capacity,
          precision === 'f16' ? 2 : 4,
        );
        const inspection = options.inspect
          ? createInspectionStore(device, buffers, config, length)
          : null;
        const sampling = buffers.uniform('sampling', 16);
        device.queue.writeBuffer(sampling, 0, samplingData(options.sampling));
        const forward = new ForwardPass(
          model,
          buffers,
          cache,
          inspection,
          strategy,
          sampling,
          capacity,
        );
        const staging = buffers.staging('drawn token', 4);
        return new Run(model, options, buffers, cache, inspection, forward, staging);
      } catch (error) {
        buffers.destroy();
        throw error;
      }
    });
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
    const tokens = Math.min(this.chunk, ids.length - this.processed);
    const last = this.processed + tokens === ids.length;
    const chunk = Uint32Array.from({ length: tokens }, (_, i) => ids[this.processed + i]);
    device.queue.writeBuffer(this.forward.ids, 0, chunk);
    const { parts } = this;
    const begun = performance.now();
    this.begin(tokens);
    for (let part = 0; part < parts; part++) {
      const from = Math.floor((config.layers * part) / parts);
      const to = Math.floor((config.layers * (part + 1)) / parts);
      const ends = part === parts - 1;
      await this.submit(last && ends, (pass) => this.forward.recordChunk(pass, from, to, last));
      if (!ends && stopped()) return;
    }
    this.commit(tokens);
    if (tokens === this.chunk) this.pace((performance.now() - begun) / parts);
  }

  /** Feeds the newest token back and draws the next. */
  async decodeToken(): Promise<void> {
    this.begin(1);
    await this.submit(true, (pass) => this.forward.recordToken(pass));
    this.commit(1);
  }

  /** Replaces the newest token, where a replay must follow an earlier run to the letter. */
  force(token: number): void {
    this.generated[this.generated.length - 1] = token;
    this.model.device.queue.writeBuffer(this.forward.ids, 0, new Uint32Array([token]));
  }

  destroy(): void {
    this.buffers.destroy();
  }

  /** Keeps submissions near the target: by the chunk's length, and below the smallest chunk by layers. */
  private pace(submissionMs: number): void {
    const bounded = Number.isFinite(this.options.strategy.cache.recent);
    if (submissionMs > TARGET_MS * 2) {
      if (this.chunk > MIN_CHUNK) this.chunk /= 2;
      else this.parts = Math.min(this.model.config.layers, this.parts * 2);
    } else if (submissionMs < TARGET_MS / 2) {
      if (this.parts > 1) this.parts = Math.floor(this.parts / 2);
      else if (!bounded) this.chunk = Math.min(MAX_CHUNK, this.chunk * 2);
    }
  }

  /** Makes room for the next tokens and tells the GPU what they are. */
  private begin(tokens: number): void {
    this.cache.reserve(tokens);
    this.forward.writeFrame(tokens, this.processed);
  }

  /** Counts tokens only when they are done: what a lost device swallowed has not happened. */
  private commit(tokens: number): void {
    this.processed += tokens;
    this.cache.commit(tokens);
  }

  /** One submission: one compute pass, and the drawn token read back when there is one. */
  private async submit(
    draws: boolean,
    record: (pass: GPUComputePassEncoder) => void,
  ): Promise<void> {
    const { device } = this.model;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    if (draws) encoder.copyBufferToBuffer(this.forward.drawn, 0, this.staging, 0, 4);
    device.queue.submit([encoder.finish()]);
    if (!draws) {
      await device.queue.onSubmittedWorkDone();
      return;
    }
    await this.staging.mapAsync(GPUMapMode.READ);
    this.generated.push(new Uint32Array(this.staging.getMappedRange())[0]);
    this.staging.unmap();
  }
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

/** Positions of the text end with the model's context; positions in a bounded cache do not. */
function checkContext({ config }: GpuModel, { ids, strategy }: RunOptions): void {
  const { contextLength } = config;
  const { sinks, recent, positions } = strategy.cache;
  if (positions === 'reindexed') {
    if (ids.length > contextLength && sinks + recent > contextLength) {
      throw new TroubleError(
        'prompt-too-long',
        `The cache may hold ${sinks + recent} entries, the model's context is ${contextLength} tokens.`,
        'Keep fewer entries.',
      );
    }
    return;
  }
  if (ids.length > contextLength) {
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
