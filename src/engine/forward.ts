import type { BufferSet } from '../gpu/buffers';
import type { Pipeline, Resource } from '../gpu/kernels';
import { packStruct, structOf } from '../gpu/wgsl';
import type { GpuModel } from './gpu-model';
import type { InspectionStore } from './inspection';
import { DECODE_SPLIT, FRAME_CODE, KERNELS } from './kernels';
import type { KvCache } from './kv-cache';
import type { AttentionPasses, Strategy } from './strategy';

/** Most tokens of one submission: what the work buffers are made for. */
export const MAX_CHUNK = 512;
/** Uniform slices start at multiples of this (the largest value an adapter may ask for). */
const SLICE = 256;

/** The struct `Frame`: where its fields are. Written by hand each token, so that nothing is allocated. */
const FRAME = structOf(FRAME_CODE, 'Frame');
const WORD = Object.fromEntries(FRAME.fields.map(({ name, word }) => [name, word]));

/** A kernel with everything bound; only the number of workgroups is open. */
interface Step {
  pipeline: Pipeline;
  group: GPUBindGroup;
}

interface LayerSteps {
  attentionNorm: Step;
  qkvMatrix: Step;
  qkvVector: Step;
  append: Step;
  capture: Step | null;
  chunk: Step;
  decode: Step;
  merge: Step;
  attentionOutMatrix: Step;
  attentionOutVector: Step;
  mlpNorm: Step;
  gateUpMatrix: Step;
  gateUpVector: Step;
  swiglu: Step;
  downMatrix: Step;
  downVector: Step;
}

/**
 * The forward pass of one run. All bind groups are made here, once; recording a submission afterwards makes
 * no GPU object. The two record functions read top to bottom like the model.
 */
export class ForwardPass implements AttentionPasses {
  readonly ids: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly drawn: GPUBuffer;
  readonly sharedGroup: GPUBindGroup;

  private readonly frame: GPUBuffer;
  private readonly frameData = new ArrayBuffer(FRAME.bytes);
  private readonly frameWords = new Uint32Array(this.frameData);
  private readonly frameFloats = new Float32Array(this.frameData);
  private readonly layers: LayerSteps[];
  private readonly embed: Step;
  private readonly output: Step;
  private readonly sample: Step;
  private readonly markEvicted: Step | null;
  /** The pass being recorded; strategies record into it through AttentionPasses. */
  private pass: GPUComputePassEncoder | null = null;
  private tokens = 0;

  constructor(
    private readonly model: GpuModel,
    buffers: BufferSet,
    private readonly cache: KvCache,
    private readonly inspection: InspectionStore | null,
    private readonly strategy: Strategy,
    samplingUniform: GPUBuffer,
    capacity: number,
  ) {
    const { device, config, sizes, weights, pipelines, compiler } = model;
    const rows = (label: string, columns: number) =>
      buffers.storage(label, MAX_CHUNK * columns * 4);
    const x = rows('residual stream', sizes.hidden4 * 4);
    const normed = rows('normed', sizes.hidden4 * 4);
    const qkv = rows('queries, keys, values', sizes.qkv);
    const attention = rows('attention output', sizes.attention4 * 4);
    const gateUp = rows('gate and up', 2 * sizes.intermediate4 * 4);
    const mlp = rows('MLP', sizes.intermediate4 * 4);
    const splits = Math.ceil(capacity / DECODE_SPLIT);
    const partials = buffers.storage(
      'split attention',
      config.heads * splits * (config.headDim + 2) * 4,
    );
    const lse = inspection?.lse ?? buffers.storage('log-sum-exp', config.heads * MAX_CHUNK * 4);
    this.ids = buffers.storage('token ids', MAX_CHUNK * 4);
    this.logits = buffers.storage('logits', config.vocabSize * 4);
    this.drawn = buffers.storage('drawn token', 4);
    this.frame = buffers.uniform('frame', this.frameData.byteLength);
    const layerUniform = this.layerUniform(buffers);
    const storeUniform = buffers.uniform('inspection', 16);
    device.queue.writeBuffer(storeUniform, 0, new Uint32Array([inspection?.capacity ?? 0]));

    this.sharedGroup = device.createBindGroup({
      label: 'frame',
      layout: model.sharedLayout,
      entries: [this.frame, model.ropeTable, cache.pageTable, cache.slotCounts].map(
        (buffer, binding) => ({ binding, resource: { buffer } }),
      ),
    });
    const step = (pipeline: Pipeline, resources: Record<string, Resource>): Step => ({
      pipeline,
      group: compiler.bind(pipeline, resources),
    });
    const { keys, values, positions } = cache;
    const at = pipelines[strategy.cache.positions];

    this.embed = step(pipelines.embed, { ids: this.ids, table: weights.embedding, x });
    this.layers = weights.layers.map((weight, index) => {
      const layer = { buffer: layerUniform, offset: index * SLICE, size: SLICE };
      // The vector products take their norm along; the others bind any weight in its place.
      const norm_weight = weight.attentionNorm;
      return {
        attentionNorm: step(pipelines.norm, { x, weight: weight.attentionNorm, y: normed }),
        qkvMatrix: step(pipelines.qkvMatrix, { x: normed, w: weight.qkv, y: qkv }),
        qkvVector: step(pipelines.qkvVector, { x, w: weight.qkv, y: qkv, norm_weight }),
        append: step(at.append, { layer, qkv, keys, values, positions }),
        capture:
          inspection &&
          step(pipelines.capture, {
            layer,
            store: storeUniform,
            qkv,
            q: inspection.q,
            k: inspection.k,
          }),
        chunk: step(at.chunk, { layer, qkv, keys, values, out: attention, lse }),
        decode: step(at.decode, { layer, qkv, keys, values, partials }),
        merge: step(pipelines.merge, { layer, partials, out: attention, lse }),
        attentionOutMatrix: step(pipelines.attentionOutMatrix, {
          x: attention,
          w: weight.attentionOut,
          y: x,
        }),
        attentionOutVector: step(pipelines.attentionOutVector, {
          x: attention,
          w: weight.attentionOut,
          y: x,
          norm_weight,
        }),
        mlpNorm: step(pipelines.norm, { x, weight: weight.mlpNorm, y: normed }),
        gateUpMatrix: step(pipelines.gateUpMatrix, { x: normed, w: weight.gateUp, y: gateUp }),
        gateUpVector: step(pipelines.gateUpVector, {
          x,
          w: weight.gateUp,
          y: gateUp,
          norm_weight: weight.mlpNorm,
        }),
        swiglu: step(pipelines.swiglu, { gate_up: gateUp, y: mlp }),
        downMatrix: step(pipelines.downMatrix, { x: mlp, w: weight.down, y: x }),
        downVector: step(pipelines.downVector, { x: gateUp, w: weight.down, y: x, norm_weight }),
      };
    });
    this.output = step(pipelines.output, {
      x,
      w: weights.output,
      y: this.logits,
      norm_weight: weights.finalNorm,
    });
    this.sample = step(pipelines.sample, {
      sampling: samplingUniform,
      logits: this.logits,
      ids: this.ids,
      drawn: this.drawn,
    });
    this.markEvicted =
      inspection && Number.isFinite(strategy.cache.recent)
        ? step(pipelines.markEvicted, {
            store: storeUniform,
            positions,
            evicted_at: inspection.evictedAt,
          })
        : null;
  }

  /** Tells the GPU what the next submission holds. The one write a submission needs for its parameters. */
  writeFrame(tokens: number, position: number): void {
    const { cache, score } = this.strategy;
    const { frameWords: words, frameFloats: floats } = this;
    words[WORD.tokens] = tokens;
    words[WORD.position] = position;
    words[WORD.sinks] = cache.sinks;
    words[WORD.recent] = Number.isFinite(cache.recent) ? cache.recent : 0xffffffff;
    words[WORD.page_table_stride] = this.cache.tableStride;
    words[WORD.lse_position] = this.inspection ? position : 0;
    floats[WORD.score_scale] = 1 / (Math.sqrt(this.model.config.headDim) * score.temperature);
    this.model.device.queue.writeBuffer(this.frame, 0, this.frameData);
    this.tokens = tokens;
  }

  /**
   * Records layers [from, to) of a chunk of the prompt, so that a slow adapter can take a chunk in several
   * submissions. After the last layer, and with `last`, the logits and the draw of a token follow.
   */
  recordChunk(pass: GPUComputePassEncoder, from: number, to: number, last: boolean): void {
    const { sizes, config } = this.model;
    const tokens = this.tokens;
    const tiles = Math.ceil(tokens / 32);
    this.begin(pass);
    if (from === 0) this.run(this.embed, Math.ceil(sizes.hidden4 / 64), tokens);
    for (let index = from; index < to; index++) {
      const layer = this.layers[index];
      this.run(layer.attentionNorm, tokens);
      this.run(layer.qkvMatrix, Math.ceil(sizes.qkv / 32), tiles);
      this.run(layer.append, Math.ceil(sizes.qkv / 128), tokens);
      this.capture(layer);
      this.strategy.prefill.record(this, index);
      this.run(layer.attentionOutMatrix, Math.ceil(sizes.hidden / 32), tiles);
      this.run(layer.mlpNorm, tokens);
      this.run(layer.gateUpMatrix, Math.ceil((2 * sizes.intermediate4 * 4) / 32), tiles);
      this.run(layer.swiglu, Math.ceil(sizes.intermediate4 / 64), tokens);
      this.run(layer.downMatrix, Math.ceil(sizes.hidden / 32), tiles);
    }
    if (to === config.layers) {
      if (this.markEvicted) {
        this.run(this.markEvicted, Math.ceil(tokens / 64), config.layers * config.kvHeads);
      }
      if (last) this.finish();
    }
    this.pass = null;
  }

  /** Records one token of decoding: its id is already in `ids`, its successor is drawn at the end. */
  recordToken(pass: GPUComputePassEncoder): void {
    const { sizes, config } = this.model;
    this.begin(pass);
    this.run(this.embed, Math.ceil(sizes.hidden4 / 64), 1);
    for (let index = 0; index < this.layers.length; index++) {
      const layer = this.layers[index];
      this.runRows(layer.qkvVector, sizes.qkv);
      this.run(layer.append, Math.ceil(sizes.qkv / 128), 1);
      this.capture(layer);
      this.strategy.decode.record(this, index);
      this.runRows(layer.attentionOutVector, sizes.hidden);
      this.runRows(layer.gateUpVector, 2 * sizes.intermediate4 * 4);
      this.runRows(layer.downVector, sizes.hidden);
    }
    if (this.markEvicted) this.run(this.markEvicted, 1, config.layers * config.kvHeads);
    this.finish();
    this.pass = null;
  }

  denseChunk(layer: number): void {
    const { chunkRows, config } = this.model;
    this.run(this.layers[layer].chunk, Math.ceil(this.tokens / chunkRows), config.heads);
  }

  allSlots(layer: number): void {
    const { heads } = this.model.config;
    const splits = Math.floor(this.cache.slots / DECODE_SPLIT) + 1;
    this.run(this.layers[layer].decode, splits, heads);
    this.run(this.layers[layer].merge, heads);
  }

  private finish(): void {
    this.runRows(this.output, this.model.config.vocabSize);
    this.run(this.sample, 1);
  }

  private capture(layer: LayerSteps): void {
    const { config, sizes } = this.model;
    if (!layer.capture) return;
    const vectors = (config.heads + config.kvHeads) * sizes.lanes;
    this.run(layer.capture, Math.ceil(vectors / 64), this.tokens);
  }

  private begin(pass: GPUComputePassEncoder): void {
    this.pass = pass;
    pass.setBindGroup(0, this.sharedGroup);
  }

  /** Dispatches a vector product: 16 outputs a workgroup, in two dimensions where one is too short. */
  private runRows(step: Step, outputs: number): void {
    const groups = Math.ceil(outputs / 16);
    const x = Math.min(groups, 65535);
    this.run(step, x, Math.ceil(groups / x));
  }

  private run(step: Step, x: number, y = 1): void {
    const { pass } = this;
    if (!pass) throw new Error('Nothing is being recorded.');
    pass.setPipeline(step.pipeline.pipeline);
    pass.setBindGroup(1, step.group);
    pass.dispatchWorkgroups(x, y);
  }

  private layerUniform(buffers: BufferSet): GPUBuffer {
    const { config, device } = this.model;
    const store = this.inspection;
    const uniform = buffers.uniform('layers', config.layers * SLICE);
    for (let index = 0; index < config.layers; index++) {
      const masked = new Uint32Array(8);
      for (const { layer, head } of this.strategy.score.maskedHeads) {
        if (layer === index) masked[head >> 5] |= 1 << (head & 31);
      }
      const data = packStruct(FRAME_CODE, 'Layer', {
        index,
        lse_offset: store ? index * config.heads * store.capacity : 0,
        lse_stride: store ? store.capacity : MAX_CHUNK,
        padding: 0,
        masked_heads: masked,
      });
      device.queue.writeBuffer(uniform, index * SLICE, data);
    }
    return uniform;
  }
}

/** The uniform of the sampling kernel. */
export function samplingData(sampling: {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
}): ArrayBuffer {
  return packStruct(KERNELS.sample.code, 'Sampling', {
    temperature: sampling.temperature,
    top_k: sampling.topK,
    top_p: sampling.topP,
    seed: sampling.seed,
  });
}
