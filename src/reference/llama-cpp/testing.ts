/** Small random models as GGUF files, for tests. */
import { BLOCKS } from '../../model/blocks';
import type { ModelConfig } from '../../model/config';
import { parseConfig, rolesOf } from '../../model/families/registry';
import { ggufRow, type Layout, TENSOR_NAMES, tensorName } from '../../model/gguf/names';
import { type GgufTensor, type GgufValue, writeGguf } from '../../model/gguf/writer';
import { mapSources, type Source, tensorShapes } from '../../model/roles';
import type { TensorType } from '../../model/tensor';
import { dequantise } from '../quantisation/dequantise';
import { randomBlocks } from '../quantisation/random-blocks';
import { randomStream } from '../random-model';

/** How large values become per unit of d, about. */
const SPREAD: Record<TensorType, number> = {
  F32: 1,
  F16: 1,
  BF16: 1,
  Q8_0: 70,
  Q4_0: 5,
  Q4_1: 9,
  Q5_0: 9,
  Q5_1: 18,
  Q4_K: 400,
  Q5_K: 800,
  Q6_K: 1500,
};

export interface RandomGguf {
  file: Uint8Array<ArrayBuffer>;
  config: ModelConfig;
  /** The same values by their Hugging Face names, as stored there. */
  weights: Map<string, Float32Array>;
}

/**
 * A model with random weights.
 * @param json its `config.json`
 * @param metadata what llama.cpp's converter writes for it, without what `tokens` gives
 * @param divisors tensors with divisors of angles
 * @param typeOf the type of each matrix, by its name in the GGUF file; vectors are F32
 */
export function randomGguf(
  architecture: string,
  json: object,
  metadata: Record<string, GgufValue>,
  typeOf: (ggufName: string) => TensorType,
  seed: number,
  divisors: Record<string, number[]> = {},
): RandomGguf {
  const config = parseConfig(json);
  const next = randomStream(seed);
  const transposed = transposedSources(config);
  const weights = new Map<string, Float32Array>();
  const tensors: GgufTensor[] = [];
  for (const [name, stored] of tensorShapes(rolesOf(config))) {
    const [ggufName, layout] = nameOf(architecture, name, config.layers);
    const shape = transposed.has(name) ? stored.toReversed() : stored;
    const [rows, columns = 1] = shape;
    const vector = stored.length === 1;
    const type = vector ? 'F32' : typeOf(ggufName);
    const scale = vector ? 0.3 : 2 / Math.sqrt(columns) / SPREAD[type];
    const count = (rows * columns) / BLOCKS[type].values;
    const bytes = randomBlocks(type, count, Math.floor(1e6 * next()), scale);
    const values = dequantise(type, bytes);
    if (vector && name.endsWith('weight')) {
      // Norms near one, or near what they have beyond one.
      const centre = layout === 'plus one' ? 0 : 1;
      values.forEach((value, i) => {
        values[i] = centre + value;
      });
    }
    const own = Float32Array.from({ length: values.length }, (_, i) => {
      const row = Math.floor(i / columns);
      return values[ggufRow(layout, row, config.headDim, config.heads) * columns + (i % columns)];
    });
    weights.set(name, transposed.has(name) ? transposeOf(own, rows, columns) : own);
    const written = vector
      ? new Uint8Array(
          values.map((value) => value + (layout === 'plus one' ? 1 : 0)).buffer as ArrayBuffer,
        )
      : bytes;
    tensors.push({ name: ggufName, type, shape, bytes: written });
  }
  for (const [name, values] of Object.entries(divisors)) {
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    tensors.push({ name, type: 'F32', shape: [values.length], bytes });
  }
  const file = writeGguf(
    { 'general.architecture': ['string', architecture], ...metadata, ...tokens(config.vocabSize) },
    tensors,
  );
  return { file, config, weights };
}

/** Sizes of a random Llama. */
export interface LlamaShape {
  hidden: number;
  inner: number;
  heads: number;
  kvHeads: number;
  /** 2 where it is left out. */
  layers?: number;
  /** Whether the embedding is the output, too; it is where this is left out. */
  tied?: boolean;
}

/** A Llama with a vocabulary of 61; `typeOf` and `seed` as for `randomGguf`. */
export function randomLlama(
  { hidden, inner, heads, kvHeads, layers = 2, tied = true }: LlamaShape,
  typeOf: (ggufName: string) => TensorType,
  seed: number,
): RandomGguf {
  const json = {
    model_type: 'llama',
    vocab_size: 61,
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    max_position_embeddings: 64,
    rms_norm_eps: 2 ** -17,
    tie_word_embeddings: tied,
    bos_token_id: null,
    eos_token_id: [1],
  };
  const metadata: Record<string, GgufValue> = {
    'llama.context_length': ['uint32', 64],
    'llama.embedding_length': ['uint32', hidden],
    'llama.feed_forward_length': ['uint32', inner],
    'llama.block_count': ['uint32', layers],
    'llama.attention.head_count': ['uint32', heads],
    'llama.attention.head_count_kv': ['uint32', kvHeads],
    'llama.attention.layer_norm_rms_epsilon': ['float32', 2 ** -17],
  };
  return randomGguf('llama', json, metadata, typeOf, seed);
}

/** A tokenizer of numbered tokens, because llama.cpp wants one. */
function tokens(count: number): Record<string, GgufValue> {
  const names = Array.from({ length: count }, (_, id) => `t${id}`);
  return {
    'tokenizer.ggml.model': ['string', 'gpt2'],
    'tokenizer.ggml.pre': ['string', 'gpt-2'],
    'tokenizer.ggml.tokens': ['array', 'string', names],
    'tokenizer.ggml.token_type': ['array', 'int32', names.map(() => 1)],
    'tokenizer.ggml.merges': ['array', 'string', ['t 1']],
    'tokenizer.ggml.bos_token_id': ['uint32', 0],
    'tokenizer.ggml.eos_token_id': ['uint32', 1],
  };
}

/** Which GGUF tensor a Hugging Face one becomes. */
function nameOf(architecture: string, name: string, layers: number): [string, Layout] {
  const places = ['', ...Array.from({ length: layers }, (_, layer) => `blk.${layer}.`)];
  for (const place of places) {
    for (const part of Object.keys(TENSOR_NAMES[architecture])) {
      for (const kind of ['weight', 'bias']) {
        const known = tensorName(architecture, `${place}${part}.${kind}`);
        if (known?.name === name) return [`${place}${part}.${kind}`, known.layout];
      }
    }
  }
  throw new Error(`${name} has no name in GGUF files of ${architecture}.`);
}

function transposedSources(config: ModelConfig): Set<string> {
  const names = new Set<string>();
  mapSources(rolesOf(config), (source: Source) => {
    if (source.transposed) names.add(source.tensor);
    return source;
  });
  return names;
}

/** [rows, columns] → [columns, rows] */
function transposeOf(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)],
  );
}

/** ln softmax */
export function logProbabilities(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const most = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
  return values.map((value) => value - most - Math.log(sum));
}

/** The ids of the largest values, largest first. */
export function topIds(values: number[], count: number): number[] {
  return values
    .map((_, id) => id)
    .sort((a, b) => values[b] - values[a])
    .slice(0, count);
}
