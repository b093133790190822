import { BufferSet } from '../gpu/buffers';
import type { Checkpoint } from '../model/checkpoint';
import type { ModelConfig } from '../model/config';
import { floatToHalf } from '../model/half';
import { type StoredTensor, tensorValues } from '../model/tensor';
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

/** Bytes that may wait in the queue before the GPU is given time to take them. */
const MOST_WAITING = 64 * 2 ** 20;

/**
 * Uploads a checkpoint in the layout of the shaders. Memory holds one tensor at a time: it is read, converted
 * and written before the next one is asked for.
 * @param onRead called with the stored bytes of each tensor that was read
 * @throws TroubleError as `StoredTensor.read`; then nothing stays allocated
 */
export async function uploadWeights(
  device: GPUDevice,
  checkpoint: Checkpoint,
  precision: 'f32' | 'f16',
  onRead: (bytes: number) => void,
): Promise<ModelWeights> {
  const { config, tensors } = checkpoint;
  const { hidden4, intermediate4 } = sizesOf(config);
  const buffers = new BufferSet(device, 'Model weights');
  let waiting = 0;

  const tensor = (name: string): StoredTensor => {
    const found = tensors.get(name);
    if (!found) throw new Error(`The checkpoint has no ${name}.`);
    return found;
  };
  const write = async (buffer: GPUBuffer, at: number, data: Float32Array | Uint16Array) => {
    device.queue.writeBuffer(buffer, at, data.buffer, data.byteOffset, data.byteLength);
    waiting += data.byteLength;
    if (waiting < MOST_WAITING) return;
    waiting = 0;
    await device.queue.onSubmittedWorkDone();
  };
  /** Stacks matrices of the same width; each gets `rowsEach` rows where given, and whole vec4 of columns. */
  const matrix = async (label: string, names: string[], rowsEach?: number): Promise<GPUBuffer> => {
    const parts = names.map(tensor);
    const columns = parts[0].shape[1];
    const stride = Math.ceil(columns / 4) * 4;
    const rows = parts.map((part) => rowsEach ?? part.shape[0]);
    const valueBytes = precision === 'f16' ? 2 : 4;
    const total = rows.reduce((sum, count) => sum + count, 0) * stride;
    const buffer = buffers.storage(label, total * valueBytes);
    let offset = 0;
    for (const [i, part] of parts.entries()) {
      const source = await tensorValues(part);
      const values = stride === columns ? source : new Float32Array(part.shape[0] * stride);
      for (let row = 0; row < part.shape[0] && values !== source; row++) {
        values.set(source.subarray(row * columns, (row + 1) * columns), row * stride);
      }
      const data = precision === 'f16' ? floatToHalf(values) : values;
      // Rows are whole vec4, so offsets and lengths are multiples of 4 bytes in both precisions.
      await write(buffer, offset * valueBytes, data);
      offset += rows[i] * stride;
      onRead(part.bytes);
    }
    return buffer;
  };
  const norm = async (name: string): Promise<GPUBuffer> => {
    const values = new Float32Array(hidden4 * 4);
    values.set(await tensorValues(tensor(name)));
    const buffer = buffers.storage(name, values.byteLength);
    await write(buffer, 0, values);
    onRead(tensor(name).bytes);
    return buffer;
  };

  try {
    const embedding = await matrix('embedding', ['model.embed_tokens.weight']);
    const layers: LayerWeights[] = [];
    for (let index = 0; index < config.layers; index++) {
      const at = `model.layers.${index}`;
      layers.push({
        attentionNorm: await norm(`${at}.input_layernorm.weight`),
        qkv: await matrix(
          `qkv ${index}`,
          ['q', 'k', 'v'].map((part) => `${at}.self_attn.${part}_proj.weight`),
        ),
        attentionOut: await matrix(`attention out ${index}`, [`${at}.self_attn.o_proj.weight`]),
        mlpNorm: await norm(`${at}.post_attention_layernorm.weight`),
        gateUp: await matrix(
          `gate and up ${index}`,
          [`${at}.mlp.gate_proj.weight`, `${at}.mlp.up_proj.weight`],
          intermediate4 * 4,
        ),
        down: await matrix(`down ${index}`, [`${at}.mlp.down_proj.weight`]),
      });
    }
    const finalNorm = await norm('model.norm.weight');
    const output = config.tiedEmbeddings ? embedding : await matrix('output', ['lm_head.weight']);
    return { embedding, layers, finalNorm, output, buffers };
  } catch (error) {
    buffers.destroy();
    throw error;
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
