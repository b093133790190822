import type { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import type { Rotation } from '../model/config';
import { layerWindow } from '../model/config';
import { attentionBytes, planLayout, SLICE } from './bench';
import { type GpuModel, storeTables } from './gpu-model';
import { steeredHeads } from './inspection';
import { ALL, DECODE_SPLIT, FRAME_CODE, MAX_CHUNK } from './kernels';
import type { KvCache } from './kv-cache';
import { anglesAt, modelRopeTables, trainedTables } from './rope-table';
import type { PromptParts, Strategy } from './strategy';

export type WorkBuffers = ReturnType<typeof workBuffers>;

/** The buffers between kernels, by the names that shaders give them. */
export function workBuffers(model: GpuModel, buffers: BufferSet, cache: KvCache, length: number) {
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
    gateUp: rows('gate and up', sizes.gateUp),
    mlp: rows('MLP', sizes.intermediate4 * 4),
    partials: buffers.storage(
      'split attention',
      (1 + config.heads * splits * (config.headDim + 3)) * 4,
    ),
    plan: buffers.storage('plan', planLayout(length, config.heads).size * 4),
    counts: buffers.storage('counts', config.layers * config.heads * 8),
  };
}

/**
 * The model's tables of angles, or some of the run's own: where the score rule changes them, or where the model
 * turns otherwise in a long text. They stay for the whole run, so that cached keys never have to turn again;
 * a model whose angles follow the text goes by the length of the prompt.
 */
export function runRopeTable(
  model: GpuModel,
  buffers: BufferSet,
  { score }: Strategy,
  prompt: PromptParts,
  length: number,
): GPUBuffer {
  const { device, config, ropeTable } = model;
  const { rope } = score;
  if (rope) {
    const angles = (rotation: Rotation, dims: number) => rope(rotation, dims, length);
    return storeTables(device, buffers, modelRopeTables(config, angles));
  }
  const scaling = config.positions.kind === 'rotary' ? config.positions.rotation.scaling : null;
  const follows = scaling?.type === 'dynamic' || scaling?.type === 'longrope';
  if (!follows || prompt.length <= scaling.trained) return ropeTable;
  return storeTables(device, buffers, trainedTables(config, prompt.length));
}

/** The uniform with one slice for each layer. */
export function writeLayers(model: GpuModel, buffers: BufferSet, strategy: Strategy): GPUBuffer {
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
    const window = layerWindow(config, index);
    const data = packStruct(FRAME_CODE, 'Layer', {
      index,
      scale_per_log: perLog,
      scale_least: least,
      angles_at: anglesAt(config, index),
      masked_heads: masked,
      steered_heads: steered.subarray(index * 8, index * 8 + 8),
      window: Number.isFinite(window) ? window : ALL,
    });
    device.queue.writeBuffer(uniform, index * SLICE, data);
  }
  return uniform;
}
