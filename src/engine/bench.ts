import type { BufferSet } from '../gpu/buffers';
import type { Constants, Kernel, Pipeline, Resource } from '../gpu/kernels';
import { packStruct } from '../gpu/wgsl';
import type { GpuModel } from './gpu-model';
import type { InspectionStore } from './inspection';
import { KERNELS, MAX_CHUNK, PAGE_SLOTS } from './kernels';
import type { KvCache } from './kv-cache';
import { Surprisal } from './primitives/surprisal';
import type { Stage, Step } from './recorder';
import type { PromptParts, Strategy } from './strategy';
import { reindexes } from './strategy';

/** Uniform slices start at multiples of this (the largest value an adapter may ask for). */
export const SLICE = 256;

/** Lists that a decode step reads instead of everything: see `shaders/shared/selected.wgsl`. */
export interface ReadList {
  buffer: GPUBuffer;
  /** Items that a list can hold. */
  stride: number;
  /** Query heads that share a list. */
  group: number;
  /** Slots that an item stands for. */
  unit: number;
  /** The attention over it, and the note of it in the inspection store, by layer. */
  decode: Step[];
  capture: Step[];
}

/** Where the parts of a plan lie in its buffer, in words: as in `shaders/shared/plan.wgsl`. */
export interface PlanLayout {
  /** Words of a bit row over all keys, and over all blocks of 16 keys. */
  words: number;
  blockWords: number;
  columns: number;
  diagonals: number;
  blocks: number;
  /** Words of the whole plan. */
  size: number;
}

export function planLayout(capacity: number, heads: number): PlanLayout {
  const words = Math.ceil(capacity / 32);
  const blockWords = Math.ceil(Math.ceil(capacity / PAGE_SLOTS) / 32);
  const columns = 2 * MAX_CHUNK;
  const diagonals = columns + heads * words;
  const blocks = diagonals + heads * words;
  const size = blocks + heads * (MAX_CHUNK / PAGE_SLOTS) * blockWords;
  return { words, blockWords, columns, diagonals, blocks, size };
}

/**
 * What a strategy prepares a run with: the run's buffers by the names that shaders give them, kernels
 * compiled once per model, and bind groups.
 */
export class Bench {
  readonly plan: PlanLayout;
  /** Where somebody asked for it. */
  judge: Surprisal | null = null;
  private judgeAsked: Promise<Surprisal> | null = null;

  constructor(
    readonly model: GpuModel,
    private readonly buffers: BufferSet,
    readonly cache: KvCache,
    readonly inspection: InspectionStore | null,
    readonly strategy: Strategy,
    readonly parts: PromptParts,
    /** Longest text of the run, in tokens. */
    readonly length: number,
    /** By the names in the shaders: qkv, keys, values, entries, attention, plan, ids, logits, counts … */
    readonly named: Record<string, GPUBuffer>,
    private readonly layerUniform: GPUBuffer,
  ) {
    this.plan = planLayout(length, model.config.heads);
  }

  get config() {
    return this.model.config;
  }

  /** Entries that one head can hold at once. */
  get capacity(): number {
    return this.cache.capacity;
  }

  /** Whether keys are cached unrotated; the constant that kernels know as REINDEXED. */
  get reindexed(): 0 | 1 {
    return reindexes(this.strategy) ? 1 : 0;
  }

  /** A storage buffer that lives as long as the run, zeroed. */
  storage(label: string, bytes: number): GPUBuffer {
    return this.buffers.storage(label, bytes);
  }

  /** A storage buffer filled with data. */
  stored(label: string, data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.buffers.storage(label, data.byteLength);
    this.model.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  /** A uniform buffer with a struct of a kernel. */
  uniform(
    kernel: Kernel,
    struct: string,
    values: Record<string, number | ArrayLike<number>>,
  ): GPUBuffer {
    const data = packStruct(kernel.code, struct, values);
    const buffer = this.buffers.uniform(struct, data.byteLength);
    this.model.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  /** Writes into a buffer before the next submission. */
  write(
    buffer: GPUBuffer,
    word: number,
    data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
  ): void {
    this.model.device.queue.writeBuffer(buffer, word * 4, data);
  }

  /** Compiles a kernel, or takes it from an earlier run of the model. */
  kernel(kernel: Kernel, constants: Constants = {}): Promise<Pipeline> {
    return this.model.kernel(kernel, { REINDEXED: this.reindexed, ...constants });
  }

  /**
   * Binds a kernel. The run's buffers need not be given.
   * @param name what it is for, where the kernel serves several purposes
   */
  step(
    pipeline: Pipeline,
    resources: Record<string, Resource> = {},
    name: string = pipeline.name,
  ): Step {
    return {
      name,
      pipeline,
      group: this.model.compiler.bind(pipeline, { ...this.named, ...resources }),
    };
  }

  /** Binds a kernel once for each layer; `layer` is bound to the layer's slice. */
  layerSteps(
    pipeline: Pipeline,
    resources: Record<string, Resource> | ((layer: number) => Record<string, Resource>) = {},
  ): Step[] {
    return Array.from({ length: this.config.layers }, (_, index) =>
      this.step(pipeline, {
        layer: this.layer(index),
        ...(typeof resources === 'function' ? resources(index) : resources),
      }),
    );
  }

  /** The slice of the layers' uniform that belongs to a layer. */
  layer(index: number): GPUBufferBinding {
    return { buffer: this.layerUniform, offset: index * SLICE, size: SLICE };
  }

  /** A second buffer for attention's outputs, log-sum-exps and pairs, laid out as the first. */
  attentionRows(label: string): GPUBuffer {
    return this.buffers.storage(label, attentionBytes(this.model));
  }

  /** The pool of one score a slot; it moves along when entries move. */
  slotScores(): GPUBuffer {
    return this.cache.keepScores();
  }

  /**
   * The surprisal of every token, by position. It costs a language-model head for each token of the prompt, so
   * the forward pass computes it only where somebody asked, once for all.
   * @param stage what its time counts as
   */
  surprisal(stage: Stage): Promise<Surprisal> {
    this.judgeAsked ??= Surprisal.create(this, stage).then((judge) => {
      this.judge = judge;
      return judge;
    });
    return this.judgeAsked;
  }

  /**
   * Lists for decode steps.
   * @param stride items that a list can hold
   * @param group query heads that share a list
   * @param unit slots that an item stands for
   */
  async readList(label: string, stride: number, group: number, unit: number): Promise<ReadList> {
    const { config } = this;
    const lists = config.heads / group;
    const buffer = this.storage(label, lists * (1 + stride) * 4);
    const constants = { LIST_STRIDE: stride, LIST_GROUP: group, LIST_UNIT: unit };
    const [decode, capture] = await Promise.all([
      this.kernel(KERNELS.selectedDecode, constants),
      this.kernel(KERNELS.captureReads, constants),
    ]);
    const { inspection } = this;
    return {
      buffer,
      stride,
      group,
      unit,
      decode: this.layerSteps(decode, { selected: buffer }),
      capture: inspection
        ? this.layerSteps(capture, {
            selected: buffer,
            store: inspection.readStore,
            records: inspection.records,
          })
        : [],
    };
  }
}

/** Bytes of attention's outputs, log-sum-exps and pair counts: see `shaders/shared/rows.wgsl`. */
export function attentionBytes({ config, sizes }: GpuModel): number {
  return MAX_CHUNK * (sizes.attention4 * 4 + 2 * config.heads) * 4;
}
