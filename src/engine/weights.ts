import { BufferSet } from '../gpu/buffers';
import type { Checkpoint, Tensor } from '../model/checkpoint';
import { tensorValues } from '../model/checkpoint';
import type { ModelConfig } from '../model/config';
import { floatToHalf } from '../model/half';
import { TroubleError } from '../trouble';
import { sizesOf } from './sizes';

export interface LayerWeights {
  attentionNorm: GPUBuffer;
  /** Query, key and value projections, one below the other. */
  qkv: GPUBuffer;
  attentionOut: GPUBuffer;
  mlpNorm: GPUBuffer;
  /** Gate, then up, each padded to whole vec4 of rows. */
  gateUp: GPUBuffer;
  down: GPUBuffer;
}

export interface ModelWeights {
  embedding: GPUBuffer;
  layers: LayerWeights[];
  finalNorm: GPUBuffer;
  /** The embedding itself where the two are tied. */
  output: GPUBuffer;
  buffers: BufferSet;
}

/**
 * Bytes of the largest single tensor and of all weights together.
 * @throws TroubleError `adapter-too-small` or `model-unsupported` before anything is downloaded.
 */
export function checkModelFits(
  config: ModelConfig,
  precision: 'f32' | 'f16',
  limits: GPUSupportedLimits,
): void {
  if (config.headDim > 256 || config.heads > 256) {
    throw new TroubleError(
      'model-unsupported',
      `config.json: head_dim = ${config.headDim} and num_attention_heads = ${config.heads}; both can be 256 at most.`,
      'Choose a model with smaller or fewer heads.',
    );
  }
  const size = sizesOf(config);
  const bytes = precision === 'f16' ? 2 : 4;
  const tensors = {
    'model.embed_tokens.weight': config.vocabSize * size.hidden4 * 4,
    'mlp.gate_proj and up_proj': 2 * size.intermediate4 * 4 * size.hidden4 * 4,
    'q_proj, k_proj and v_proj': size.qkv * size.hidden4 * 4,
  };
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  for (const [name, values] of Object.entries(tensors)) {
    if (values * bytes > most) {
      throw new TroubleError(
        'adapter-too-small',
        `The model's ${name} needs one buffer of ${mebibytes(values * bytes)}; this adapter allows ${mebibytes(most)}.`,
        'Choose a smaller model, or use a device with a larger graphics memory.',
      );
    }
  }
}

/** Uploads a checkpoint tensor by tensor in the layout of the shaders. */
export function uploadWeights(
  device: GPUDevice,
  checkpoint: Checkpoint,
  precision: 'f32' | 'f16',
): ModelWeights {
  const { config, tensors } = checkpoint;
  const { hidden4, intermediate4 } = sizesOf(config);
  const buffers = new BufferSet(device, 'Model weights');

  const tensor = (name: string): Tensor => {
    const found = tensors.get(name);
    if (!found) throw new Error(`The checkpoint has no ${name}.`);
    return found;
  };
  /** Stacks matrices of the same width; each gets `rowsEach` rows where given, and whole vec4 of columns. */
  const matrix = (label: string, names: string[], rowsEach?: number): GPUBuffer => {
    const parts = names.map(tensor);
    const columns = parts[0].shape[1];
    const stride = Math.ceil(columns / 4) * 4;
    const rows = parts.map((part) => rowsEach ?? part.shape[0]);
    const total = rows.reduce((sum, count) => sum + count, 0) * stride;
    const values = new Float32Array(total);
    let offset = 0;
    parts.forEach((part, i) => {
      const source = tensorValues(part);
      for (let row = 0; row < part.shape[0]; row++) {
        values.set(source.subarray(row * columns, (row + 1) * columns), offset + row * stride);
      }
      offset += rows[i] * stride;
    });
    const data = precision === 'f16' ? floatToHalf(values) : values;
    const buffer = buffers.storage(label, data.byteLength);
    // Rows are whole vec4, so the byte length is a multiple of 4 in both precisions.
    device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    return buffer;
  };
  const norm = (name: string): GPUBuffer => {
    const values = new Float32Array(hidden4 * 4);
    values.set(tensorValues(tensor(name)));
    const buffer = buffers.storage(name, values.byteLength);
    device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  };

  const embedding = matrix('embedding', ['model.embed_tokens.weight']);
  const layers = Array.from({ length: config.layers }, (_, index): LayerWeights => {
    const at = `model.layers.${index}`;
    return {
      attentionNorm: norm(`${at}.input_layernorm.weight`),
      qkv: matrix(
        `qkv ${index}`,
        ['q', 'k', 'v'].map((part) => `${at}.self_attn.${part}_proj.weight`),
      ),
      attentionOut: matrix(`attention out ${index}`, [`${at}.self_attn.o_proj.weight`]),
      mlpNorm: norm(`${at}.post_attention_layernorm.weight`),
      gateUp: matrix(
        `gate and up ${index}`,
        [`${at}.mlp.gate_proj.weight`, `${at}.mlp.up_proj.weight`],
        intermediate4 * 4,
      ),
      down: matrix(`down ${index}`, [`${at}.mlp.down_proj.weight`]),
    };
  });
  return {
    embedding,
    layers,
    finalNorm: norm('model.norm.weight'),
    output: config.tiedEmbeddings ? embedding : matrix('output', ['lm_head.weight']),
    buffers,
  };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
