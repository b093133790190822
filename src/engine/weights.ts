import type { BufferSet } from '../gpu/buffers';
import type { Checkpoint } from '../model/checkpoint';
import type { ModelConfig } from '../model/config';
import type { LayerRoles, Source } from '../model/roles';
import type { MatrixUse, Rounding } from '../model/weight-types';
import { TroubleError } from '../trouble';
import type { Linear, Matrix } from './matrix';
import { headOrder } from './rope-table';
import { type Sizes, sizesOf } from './sizes';
import { Uploader } from './uploader';

/** Norms are f32[hidden], followed by their biases where they have any. */
export interface LayerWeights {
  attentionNorm: GPUBuffer;
  /** Query, key and value projections, one below the other. */
  qkv: Linear;
  /** Of queries, then keys, f32[2, headDim]; null: they are not normalised. */
  headNorms: GPUBuffer | null;
  attentionOut: Linear;
  /** Of what attention and MLP give, before it is added; null: added as it is. */
  attentionPostNorm: GPUBuffer | null;
  mlpNorm: GPUBuffer;
  /** Gate where there is one, then up, each padded to whole vec4 of rows. */
  gateUp: Linear;
  down: Linear;
  mlpPostNorm: GPUBuffer | null;
}

export interface ModelWeights {
  embedding: Matrix;
  /** Vectors of learned positions; null where positions rotate. */
  positions: GPUBuffer | null;
  layers: LayerWeights[];
  finalNorm: GPUBuffer;
  /** The embedding itself where the two are tied. */
  output: Matrix;
  buffers: BufferSet;
}

/** @throws TroubleError `model-unsupported` before anything is downloaded. */
export function checkModelFits(config: ModelConfig): void {
  if (config.headDim > 256 || config.heads > 256) {
    throw new TroubleError(
      'model-unsupported',
      `config.json: head_dim = ${config.headDim} and num_attention_heads = ${config.heads}; both can be 256 at most.`,
      'Choose a model with smaller or fewer heads.',
    );
  }
}

/**
 * Uploads a checkpoint in the layout of the shaders, each tensor in its role. Memory holds one tensor at a
 * time: it is read, converted and written before the next one is asked for.
 * @param onRead called with the stored bytes of each tensor that was read
 * @param most bytes of the largest binding; larger matrices are split
 * @throws TroubleError as `StoredTensor.read`; then nothing stays allocated
 */
export async function uploadWeights(
  device: GPUDevice,
  { config, roles, tensors }: Checkpoint,
  precision: 'f32' | 'f16',
  rounding: Rounding,
  onRead: (bytes: number) => void,
  most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize),
): Promise<ModelWeights> {
  const uploader = new Uploader(device, tensors, precision, rounding, most, onRead);
  const sizes = sizesOf(config);
  const table = (label: string, source: Source, use: MatrixUse | null = 'table') =>
    uploader.matrix(label, [{ source, rows: source.rows }], use);
  try {
    const embedding = await table('embedding', roles.embedding);
    const positions = roles.positions && (await table('positions', roles.positions, null));
    const layers: LayerWeights[] = [];
    for (const [index, layer] of roles.layers.entries()) {
      layers.push(await uploadLayer(uploader, config, sizes, layer, ` ${index}`));
    }
    return {
      embedding,
      positions: positions?.parts[0].buffer ?? null,
      layers,
      finalNorm: await uploader.norms(
        'final norm',
        [roles.finalNorm],
        sizes.hidden4 * 4,
        config.norm.offset,
      ),
      output: config.tiedEmbeddings ? embedding : await table('output', roles.output),
      buffers: uploader.buffers,
    };
  } catch (error) {
    uploader.buffers.destroy();
    throw error;
  }
}

async function uploadLayer(
  uploader: Uploader,
  config: ModelConfig,
  sizes: Sizes,
  roles: LayerRoles,
  index: string,
): Promise<LayerWeights> {
  const { headDim } = config;
  const { offset } = config.norm;
  const norm = async (label: string, role: LayerRoles['mlpNorm']) =>
    await uploader.norms(label + index, [role], sizes.hidden4 * 4, offset);
  const alone = (role: LayerRoles['down']) => [{ role, rows: role.weight.rows }];
  const inHead = headOrder(config);
  const order = (row: number) => row - (row % headDim) + inHead(row % headDim);
  const { queryNorm, keyNorm, attentionPostNorm, mlpPostNorm, gate, up } = roles;
  const mlpRows = sizes.intermediate4 * 4;
  return {
    attentionNorm: await norm('attention norm', roles.attentionNorm),
    qkv: await uploader.linear(`qkv${index}`, [
      { role: roles.q, rows: roles.q.weight.rows, order },
      { role: roles.k, rows: roles.k.weight.rows, order },
      { role: roles.v, rows: roles.v.weight.rows },
    ]),
    headNorms:
      queryNorm && keyNorm
        ? await uploader.norms(`head norms${index}`, [queryNorm, keyNorm], headDim, offset, inHead)
        : null,
    attentionOut: await uploader.linear(`attention out${index}`, alone(roles.attentionOut)),
    attentionPostNorm: attentionPostNorm && (await norm('attention post-norm', attentionPostNorm)),
    mlpNorm: await norm('MLP norm', roles.mlpNorm),
    gateUp: await uploader.linear(
      `gate and up${index}`,
      (gate ? [gate, up] : [up]).map((role) => ({ role, rows: mlpRows })),
    ),
    down: await uploader.linear(`down${index}`, alone(roles.down)),
    mlpPostNorm: mlpPostNorm && (await norm('MLP post-norm', mlpPostNorm)),
  };
}
