import type { BufferSet } from '../gpu/buffers';
import type { Pipeline, Resource } from '../gpu/kernels';
import { packStruct, structOf } from '../gpu/wgsl';
import { attentionBytes, Bench, planLayout, SLICE } from './bench';
import type { GpuModel } from './gpu-model';
import { type InspectionStore, planBits, steeredHeads } from './inspection';
import { DECODE_SPLIT, FRAME_CODE, KERNELS, MAX_CHUNK } from './kernels';
import type { KvCache } from './kv-cache';
import { Recorder, type Step } from './recorder';
import { ropeTable } from './rope-table';
import {
  type CacheWork,
  type PlanMaker,
  type PromptParts,
  reindexes,
  type ScoreWork,
  type Selector,
  type Strategy,
} from './strategy';

/** The struct `Frame`: where its fields are. Written by hand each token, so that nothing is allocated. */
const FRAME = structOf(FRAME_CODE, 'Frame');
const WORD = Object.fromEntries(FRAME.fields.map(({ name, word }) => [name, word]));

interface LayerSteps {
  attentionNorm: Step;
  qkvMatrix: Step;
  qkvVector: Step;
  append: Step;
  capture: Step | null;
  chunk: Step;
  plannedChunk: Step | null;
  capturePlan: Step | null;
  countPairs: Step;
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

/** What the values of a strategy prepared for the run. */
export interface StrategyWork {
  prefill: PlanMaker;
  cache: CacheWork;
  decode: Selector | null;
  score: ScoreWork | null;
}

/**
 * The forward pass of one run. All bind groups are made here, once; recording a submission afterwards makes
 * no GPU object. The two record functions read top to bottom like the model.
 */
export class ForwardPass {
  readonly ids: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly drawn: GPUBuffer;
  /** Pairs computed while the prompt was read and entries read by decode steps, u32[layers, heads, 2]. */
  readonly counts: GPUBuffer;
  readonly plan: GPUBuffer;
  readonly sharedGroup: GPUBindGroup;
  readonly recorder: Recorder;

  private readonly frame: GPUBuffer;
  private readonly frameData = new ArrayBuffer(FRAME.bytes);
  private readonly frameWords = new Uint32Array(this.frameData);
  private readonly layers: LayerSteps[];
  private readonly embed: Step;
  private readonly output: Step;
  private readonly sample: Step;
  private readonly markEvicted: Step | null;

  private constructor(
    private readonly model: GpuModel,
    private readonly cache: KvCache,
    inspection: InspectionStore | null,
    buffers: BufferSet,
    private readonly strategy: Strategy,
    parts: PromptParts,
    length: number,
    samplingUniform: GPUBuffer,
    plannedChunk: Pipeline | null,
    capturePlan: Pipeline | null,
    readonly bench: Bench,
    named: WorkBuffers,
  ) {
    const { device, weights, pipelines, compiler } = model;
    const { x, normed, qkv, attention, gateUp, mlp, partials, plan, counts } = named;
    this.ids = named.ids;
    this.logits = named.logits;
    this.counts = counts;
    this.plan = plan;
    this.drawn = buffers.storage('drawn token', 4);
    this.frame = buffers.uniform('frame', this.frameData.byteLength);
    this.writeConstants(parts, length);
    this.sharedGroup = device.createBindGroup({
      label: 'frame',
      layout: model.sharedLayout,
      entries: [this.frame, runRopeTable(model, buffers, strategy, length), cache.table].map(
        (buffer, binding) => ({ binding, resource: { buffer } }),
      ),
    });
    this.recorder = new Recorder(this.sharedGroup);
    const step = (
      pipeline: Pipeline,
      resources: Record<string, Resource>,
      name: string = pipeline.name,
    ): Step => ({
      name,
      pipeline,
      group: compiler.bind(pipeline, resources),
    });
    const { keys, values, entries } = cache;
    const at = pipelines[reindexes(strategy) ? 'reindexed' : 'original'];
    const kv = { qkv, keys, values, entries };

    this.embed = step(pipelines.embed, { ids: this.ids, table: weights.embedding, x });
    this.layers = weights.layers.map((weight, index) => {
      const layer = bench.layer(index);
      // The vector products take their norm along; the others bind any weight in its place.
      const norm_weight = weight.attentionNorm;
      return {
        attentionNorm: step(pipelines.norm, { x, weight: weight.attentionNorm, y: normed }),
        qkvMatrix: step(pipelines.qkvMatrix, { x: normed, w: weight.qkv, y: qkv }, 'q, k, v'),
        qkvVector: step(pipelines.qkvVector, { x, w: weight.qkv, y: qkv, norm_weight }, 'q, k, v'),
        append: step(at.append, { layer, ...kv }),
        capture:
          inspection &&
          step(pipelines.capture, {
            layer,
            store: inspection.store,
            qkv,
            attention,
            q: inspection.q,
            k: inspection.k,
            lse: inspection.lse,
          }),
        chunk: step(at.chunk, { layer, ...kv, attention }),
        plannedChunk: plannedChunk && step(plannedChunk, { layer, ...kv, attention, plan }),
        capturePlan:
          inspection && capturePlan
            ? step(capturePlan, {
                layer,
                store: inspection.planStore,
                plan,
                records: inspection.records,
              })
            : null,
        countPairs: step(pipelines.countPairs, { layer, attention, counts }),
        decode: step(at.decode, { layer, ...kv, partials }),
        merge: step(pipelines.merge, { layer, partials, attention, counts }),
        attentionOutMatrix: step(
          pipelines.attentionOutMatrix,
          { x: attention, w: weight.attentionOut, y: x },
          'attention output',
        ),
        attentionOutVector: step(
          pipelines.attentionOutVector,
          { x: attention, w: weight.attentionOut, y: x, norm_weight },
          'attention output',
        ),
        mlpNorm: step(pipelines.norm, { x, weight: weight.mlpNorm, y: normed }),
        gateUpMatrix: step(
          pipelines.gateUpMatrix,
          { x: normed, w: weight.gateUp, y: gateUp },
          'MLP gate, up',
        ),
        gateUpVector: step(
          pipelines.gateUpVector,
          { x, w: weight.gateUp, y: gateUp, norm_weight: weight.mlpNorm },
          'MLP gate, up',
        ),
        swiglu: step(pipelines.swiglu, { gate_up: gateUp, y: mlp }),
        downMatrix: step(pipelines.downMatrix, { x: mlp, w: weight.down, y: x }, 'MLP down'),
        downVector: step(
          pipelines.downVector,
          { x: gateUp, w: weight.down, y: x, norm_weight },
          'MLP down',
        ),
      };
    });
    this.output = step(
      pipelines.output,
      { x, w: weights.output, y: this.logits, norm_weight: weights.finalNorm },
      'logits',
    );
    this.sample = step(pipelines.sample, {
      sampling: samplingUniform,
      logits: this.logits,
      ids: this.ids,
      drawn: this.drawn,
    });
    const windowed = cache.filled.some((_, head) => Number.isFinite(cache.windowOf(head).recent));
    this.markEvicted =
      inspection && windowed
        ? step(pipelines.markEvicted, {
            store: inspection.store,
            entries,
            evicted_at: inspection.evictedAt,
          })
        : null;
  }

  static async create(
    model: GpuModel,
    buffers: BufferSet,
    cache: KvCache,
    inspection: InspectionStore | null,
    strategy: Strategy,
    parts: PromptParts,
    length: number,
    samplingUniform: GPUBuffer,
  ): Promise<ForwardPass> {
    const named = workBuffers(model, buffers, cache, length);
    const layerUniform = writeLayers(model, buffers, strategy);
    const bench = new Bench(
      model,
      buffers,
      cache,
      inspection,
      strategy,
      parts,
      length,
      { ...named, keys: cache.keys, values: cache.values, entries: cache.entries },
      layerUniform,
    );
    const planned = strategy.prefill.parts.length > 0;
    const [plannedChunk, capturePlan] = await Promise.all([
      planned
        ? bench.kernel(KERNELS.plannedChunk, { PLAN: planBits(strategy.prefill.parts) })
        : null,
      planned && inspection ? bench.kernel(KERNELS.capturePlan) : null,
    ]);
    return new ForwardPass(
      model,
      cache,
      inspection,
      buffers,
      strategy,
      parts,
      length,
      samplingUniform,
      plannedChunk,
      capturePlan,
      bench,
      named,
    );
  }

  /** Tells the GPU what the next submission holds. The one write a submission needs for its parameters. */
  writeFrame(tokens: number, position: number): void {
    this.frameWords[WORD.tokens] = tokens;
    this.frameWords[WORD.position] = position;
    this.model.device.queue.writeBuffer(this.frame, 0, this.frameData);
  }

  /**
   * Records layers [from, to) of a chunk of the prompt, so that a slow adapter can take a chunk in several
   * submissions. After the last layer, and with `last`, the logits and the draw of a token follow.
   * @param planned whether the prefill pattern applies; not to what is read after the cache was compressed
   */
  recordChunk(work: StrategyWork, from: number, to: number, last: boolean, planned: boolean): void {
    const { sizes, config, chunkRows } = this.model;
    const { recorder } = this;
    const { tokens } = recorder;
    const tiles = Math.ceil(tokens / 32);
    if (from === 0) recorder.run(this.embed, Math.ceil(sizes.hidden4 / 64), tokens);
    for (let index = from; index < to; index++) {
      const layer = this.layers[index];
      recorder.run(layer.attentionNorm, tokens);
      recorder.run(layer.qkvMatrix, Math.ceil(sizes.qkv / 32), tiles);
      recorder.run(layer.append, Math.ceil(sizes.qkv / 128), tokens);
      recorder.stage('selection');
      work.decode?.observePrompt?.(recorder, index);
      if (planned) work.prefill.plan?.(recorder, index);
      recorder.stage('attention');
      const chunk = (planned && layer.plannedChunk) || layer.chunk;
      recorder.run(chunk, Math.ceil(tokens / chunkRows), config.heads);
      work.score?.adjust(recorder, index);
      recorder.stage('selection');
      work.cache.observe?.(recorder, index);
      recorder.stage('model');
      recorder.run(layer.countPairs, config.heads);
      this.capture(layer);
      if (planned && layer.capturePlan) {
        recorder.run(layer.capturePlan, Math.ceil(this.bench.plan.size / 64));
      }
      recorder.run(layer.attentionOutMatrix, Math.ceil(sizes.hidden / 32), tiles);
      recorder.run(layer.mlpNorm, tokens);
      recorder.run(layer.gateUpMatrix, Math.ceil((2 * sizes.intermediate4 * 4) / 32), tiles);
      recorder.run(layer.swiglu, Math.ceil(sizes.intermediate4 / 64), tokens);
      recorder.run(layer.downMatrix, Math.ceil(sizes.hidden / 32), tiles);
    }
    if (to === config.layers) {
      this.bench.judge?.record(recorder);
      work.cache.observeOutput?.(recorder);
      this.noteEvicted();
      if (last) this.finish();
    }
  }

  /** Records one token of decoding: its id is already in `ids`, its successor is drawn at the end. */
  recordToken(work: StrategyWork): void {
    const { sizes } = this.model;
    const { recorder } = this;
    recorder.run(this.embed, Math.ceil(sizes.hidden4 / 64), 1);
    for (let index = 0; index < this.layers.length; index++) {
      const layer = this.layers[index];
      this.runRows(layer.qkvVector, sizes.qkv);
      recorder.run(layer.append, Math.ceil(sizes.qkv / 128), 1);
      this.attendToken(work, index);
      this.capture(layer);
      this.runRows(layer.attentionOutVector, sizes.hidden);
      this.runRows(layer.gateUpVector, 2 * sizes.intermediate4 * 4);
      this.runRows(layer.downVector, sizes.hidden);
    }
    this.bench.judge?.record(recorder);
    work.cache.observeOutput?.(recorder);
    this.noteEvicted();
    this.finish();
  }

  private attendToken(work: StrategyWork, index: number): void {
    const { recorder } = this;
    const { heads } = this.model.config;
    const layer = this.layers[index];
    recorder.stage('selection');
    const list = work.decode?.select(recorder, index) ?? null;
    recorder.stage('attention');
    if (list) {
      const most = Math.min(list.stride * list.unit, this.cache.slots + 1);
      recorder.run(list.decode[index], Math.ceil(most / DECODE_SPLIT), heads);
    } else {
      recorder.run(layer.decode, Math.floor(this.cache.slots / DECODE_SPLIT) + 1, heads);
    }
    recorder.run(layer.merge, heads);
    work.cache.attendBeside?.(recorder, index);
    work.score?.adjust(recorder, index);
    recorder.stage('selection');
    work.decode?.observe?.(recorder, index);
    work.cache.observe?.(recorder, index);
    recorder.stage('model');
    if (list && list.capture.length > 0) recorder.run(list.capture[index], heads);
  }

  private noteEvicted(): void {
    const { config } = this.model;
    if (!this.markEvicted) return;
    const { recorder } = this;
    recorder.run(this.markEvicted, Math.ceil(recorder.tokens / 64), config.layers * config.kvHeads);
  }

  private finish(): void {
    this.runRows(this.output, this.model.config.vocabSize);
    this.recorder.run(this.sample, 1);
  }

  private capture(layer: LayerSteps): void {
    const { config, sizes } = this.model;
    if (!layer.capture) return;
    const vectors = (config.heads + config.kvHeads) * sizes.lanes;
    this.recorder.run(layer.capture, Math.ceil(vectors / 64), this.recorder.tokens);
  }

  /** Dispatches a vector product: 16 outputs a workgroup, in two dimensions where one is too short. */
  private runRows(step: Step, outputs: number): void {
    const groups = Math.ceil(outputs / 16);
    const x = Math.min(groups, 65535);
    this.recorder.run(step, x, Math.ceil(groups / x));
  }

  /** The fields of the frame that stay the same for the whole run. */
  private writeConstants(parts: PromptParts, length: number): void {
    const { score } = this.strategy;
    const words = this.frameWords;
    const floats = new Float32Array(this.frameData);
    const plan = planLayout(length, this.model.config.heads);
    words[WORD.page_table] = this.cache.pageTable;
    words[WORD.page_table_stride] = this.cache.tableStride;
    floats[WORD.score_scale] = 1 / (Math.sqrt(this.model.config.headDim) * score.temperature);
    if (score.steering) {
      const { bias, span } = score.steering;
      floats[WORD.steer_bias] = bias;
      words[WORD.steer_from] = span === 'question' ? 0 : parts.context;
      words[WORD.steer_to] = span === 'question' ? parts.context : parts.length;
    }
    words[WORD.plan_words] = plan.words;
    words[WORD.plan_block_words] = plan.blockWords;
  }
}

type WorkBuffers = ReturnType<typeof workBuffers>;

/** The buffers between kernels, by the names that shaders give them. */
function workBuffers(model: GpuModel, buffers: BufferSet, cache: KvCache, length: number) {
  const { config, sizes } = model;
  const rows = (label: string, columns: number) => buffers.storage(label, MAX_CHUNK * columns * 4);
  const splits = Math.ceil((cache.capacity + 1) / DECODE_SPLIT);
  return {
    ids: buffers.storage('token ids', MAX_CHUNK * 4),
    logits: buffers.storage('logits', config.vocabSize * 4),
    x: rows('residual stream', sizes.hidden4 * 4),
    normed: rows('normed', sizes.hidden4 * 4),
    qkv: rows('queries, keys, values', sizes.qkv),
    attention: buffers.storage('attention', attentionBytes(model)),
    gateUp: rows('gate and up', 2 * sizes.intermediate4 * 4),
    mlp: rows('MLP', sizes.intermediate4 * 4),
    partials: buffers.storage(
      'split attention',
      (1 + config.heads * splits * (config.headDim + 3)) * 4,
    ),
    plan: buffers.storage('plan', planLayout(length, config.heads).size * 4),
    counts: buffers.storage('counts', config.layers * config.heads * 8),
  };
}

/** The model's table of angles, or one of the run's own where the score rule changes them. */
function runRopeTable(
  model: GpuModel,
  buffers: BufferSet,
  { score }: Strategy,
  length: number,
): GPUBuffer {
  if (!score.rope) return model.ropeTable;
  const { frequencies, scale } = score.rope(model.config, length);
  const table = ropeTable(frequencies, scale);
  const buffer = buffers.storage('rope table', table.byteLength);
  model.device.queue.writeBuffer(buffer, 0, table);
  return buffer;
}

/** The uniform with one slice for each layer. */
function writeLayers(model: GpuModel, buffers: BufferSet, strategy: Strategy): GPUBuffer {
  const { config, device } = model;
  const { score } = strategy;
  const uniform = buffers.uniform('layers', config.layers * SLICE);
  const steered = steeredHeads(strategy, config.layers);
  for (let index = 0; index < config.layers; index++) {
    const masked = new Uint32Array(8);
    for (const { layer, head } of score.maskedHeads) {
      if (layer === index) masked[head >> 5] |= 1 << (head & 31);
    }
    const { perLog, least } = score.queryScale?.(index) ?? { perLog: 0, least: 1 };
    const data = packStruct(FRAME_CODE, 'Layer', {
      index,
      scale_per_log: perLog,
      scale_least: least,
      padding: 0,
      masked_heads: masked,
      steered_heads: steered.subarray(index * 8, index * 8 + 8),
    });
    device.queue.writeBuffer(uniform, index * SLICE, data);
  }
  return uniform;
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
