import type { BufferSet } from '../gpu/buffers';
import { packStruct, structOf } from '../gpu/wgsl';
import { Bench, planLayout } from './bench';
import type { GpuModel } from './gpu-model';
import { type InspectionStore, planBits } from './inspection';
import { DECODE_SPLIT, FRAME_CODE, KERNELS } from './kernels';
import type { KvCache } from './kv-cache';
import { type LayerSteps, layerSteps, type MakeStep, type RunPipelines } from './layer-steps';
import { BoundProduct } from './product';
import { Recorder, type Step } from './recorder';
import type { CacheWork, PlanMaker, PromptParts, ScoreWork, Selector, Strategy } from './strategy';
import { runRopeTable, type WorkBuffers, workBuffers, writeLayers } from './work-buffers';

/** The struct `Frame`: where its fields are. Written by hand each token, so that nothing is allocated. */
const FRAME = structOf(FRAME_CODE, 'Frame');
const WORD = Object.fromEntries(FRAME.fields.map(({ name, word }) => [name, word]));

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
  /** One for each part of the table. */
  private readonly embed: Step[];
  private readonly output: BoundProduct;
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
    kernels: RunPipelines,
    readonly bench: Bench,
    named: WorkBuffers,
  ) {
    const { device, weights, pipelines, compiler } = model;
    const { x, plan, counts } = named;
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
      entries: [this.frame, runRopeTable(model, buffers, strategy, parts, length), cache.table].map(
        (buffer, binding) => ({ binding, resource: { buffer } }),
      ),
    });
    this.recorder = new Recorder(this.sharedGroup);
    const step: MakeStep = (pipeline, resources, name = pipeline.name) => ({
      name,
      pipeline,
      group: compiler.bind(pipeline, resources),
    });
    const { ids, logits } = this;
    this.embed = pipelines.embed.map(({ part, pipeline }) =>
      // Without learned positions the table is bound in their place.
      step(pipeline, { ids, w: part.buffer, positions: weights.positions ?? part.buffer, x }),
    );
    this.layers = layerSteps(model, bench, cache, inspection, kernels, named, step);
    this.output = new BoundProduct(
      bench,
      pipelines.output,
      { x, y: logits, norm: weights.finalNorm },
      (pipeline, resources) => step(pipeline, resources, 'logits'),
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
            entries: cache.entries,
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
    const kernels = await runPipelines(model, bench, strategy, inspection !== null);
    return new ForwardPass(
      model,
      cache,
      inspection,
      buffers,
      strategy,
      parts,
      length,
      samplingUniform,
      kernels,
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
    if (from === 0) this.embedTokens();
    for (let index = from; index < to; index++) {
      const layer = this.layers[index];
      recorder.run(layer.attentionNorm, tokens);
      layer.qkv.many.record(recorder);
      this.normHeads(layer);
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
      // Beside each other, the MLP must read the residual stream before attention adds to it.
      if (config.parallelResidual) this.openMlp(layer);
      layer.attentionOut.many.record(recorder);
      if (layer.attentionPostNorm) recorder.run(layer.attentionPostNorm, tokens);
      if (!config.parallelResidual) this.openMlp(layer);
      recorder.run(layer.activate, Math.ceil(sizes.intermediate4 / 64), tokens);
      layer.down.many.record(recorder);
      if (layer.mlpPostNorm) recorder.run(layer.mlpPostNorm, tokens);
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
    const { sizes, config } = this.model;
    const { recorder } = this;
    this.embedTokens();
    for (let index = 0; index < this.layers.length; index++) {
      const layer = this.layers[index];
      layer.qkv.one.record(recorder);
      this.normHeads(layer);
      recorder.run(layer.append, Math.ceil(sizes.qkv / 128), 1);
      this.attendToken(work, index);
      this.capture(layer);
      if (config.parallelResidual) layer.gateUp.one.record(recorder);
      layer.attentionOut.one.record(recorder);
      if (layer.attentionPostNorm) recorder.run(layer.attentionPostNorm, 1);
      if (!config.parallelResidual) layer.gateUp.one.record(recorder);
      layer.down.one.record(recorder);
      if (layer.mlpPostNorm) recorder.run(layer.mlpPostNorm, 1);
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

  private embedTokens(): void {
    const { recorder } = this;
    for (const part of this.embed) {
      recorder.run(part, Math.ceil(this.model.sizes.hidden4 / 64), recorder.tokens);
    }
  }

  private normHeads({ headNorm }: LayerSteps): void {
    const { heads, kvHeads } = this.model.config;
    if (headNorm) this.recorder.run(headNorm, heads + kvHeads, this.recorder.tokens);
  }

  /** What the MLP of many tokens begins with. */
  private openMlp(layer: LayerSteps): void {
    this.recorder.run(layer.mlpNorm, this.recorder.tokens);
    layer.gateUp.many.record(this.recorder);
  }

  private finish(): void {
    this.output.record(this.recorder);
    this.recorder.run(this.sample, 1);
  }

  private capture(layer: LayerSteps): void {
    const { config, sizes } = this.model;
    if (!layer.capture) return;
    const vectors = (config.heads + config.kvHeads) * sizes.lanes;
    this.recorder.run(layer.capture, Math.ceil(vectors / 64), this.recorder.tokens);
  }

  /** The fields of the frame that stay the same for the whole run. */
  private writeConstants(parts: PromptParts, length: number): void {
    const { score } = this.strategy;
    const words = this.frameWords;
    const floats = new Float32Array(this.frameData);
    const { config } = this.model;
    const plan = planLayout(length, config.heads);
    words[WORD.page_table] = this.cache.pageTable;
    words[WORD.page_table_stride] = this.cache.tableStride;
    floats[WORD.score_scale] = config.scoreScale / score.temperature;
    floats[WORD.score_cap] = (config.scoreCap ?? 0) / score.temperature;
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

/** Compiled once a model; what every run without a plan and without new positions needs is there already. */
async function runPipelines(
  { config }: GpuModel,
  bench: Bench,
  { prefill }: Strategy,
  inspected: boolean,
): Promise<RunPipelines> {
  // Where nothing rotates, positions cannot be counted anew either.
  const placing = config.positions.kind === 'learned' ? { REINDEXED: 0 } : {};
  const planned = prefill.parts.length > 0;
  const [append, chunk, decode, plannedChunk, capturePlan] = await Promise.all([
    bench.kernel(KERNELS.append, placing),
    bench.kernel(KERNELS.chunk, placing),
    bench.kernel(KERNELS.decode, placing),
    planned ? bench.kernel(KERNELS.plannedChunk, { PLAN: planBits(prefill.parts) }) : null,
    planned && inspected ? bench.kernel(KERNELS.capturePlan) : null,
  ]);
  return { append, chunk, decode, plannedChunk, capturePlan };
}
