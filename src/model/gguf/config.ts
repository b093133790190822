/**
 * What a GGUF file says of its model, in the words of a Hugging Face `config.json`, so that one reader serves
 * both. The keys are those that llama.cpp's converter writes.
 */
import type { GgufFields } from './fields';
import { firstToken } from './tokenizer';

type Json = Record<string, unknown>;

/** What of the tensors the metadata does not say. */
export interface GgufTensors {
  has(name: string): boolean;
  /** Rows of the embedding. */
  vocabSize: number;
  /** Values of a small tensor of floats; null where there is none of that name. */
  floats(name: string): Promise<number[] | null>;
}

/** The `model_type` of each architecture, with the fields that only it has. */
const ARCHITECTURES: Record<
  string,
  { type: string; own: (fields: GgufFields, tensors: GgufTensors) => Json }
> = {
  llama: {
    type: 'llama',
    own: (_, tensors) => ({
      attention_bias: tensors.has('blk.0.attn_output.bias'),
      mlp_bias: tensors.has('blk.0.ffn_down.bias'),
    }),
  },
  qwen2: { type: 'qwen2', own: () => ({}) },
  qwen3: {
    type: 'qwen3',
    own: (_, tensors) => ({ attention_bias: tensors.has('blk.0.attn_output.bias') }),
  },
  gemma2: {
    type: 'gemma2',
    own: (fields) => ({
      ...gemma(fields, 46),
      sliding_window: fields.model('attention.sliding_window') ?? 4096,
      attn_logit_softcapping: fields.model('attn_logit_softcapping') ?? 50,
      final_logit_softcapping: fields.model('final_logit_softcapping') ?? 30,
    }),
  },
  gemma3: {
    type: 'gemma3_text',
    own: (fields) => ({
      ...gemma(fields, 62),
      sliding_window: fields.model('attention.sliding_window') || null,
      sliding_window_pattern: 6,
      rope_local_base_freq: fields.model('rope.freq_base_swa') ?? 10_000,
      final_logit_softcapping: fields.model('final_logit_softcapping'),
    }),
  },
  phi3: {
    type: 'phi3',
    own: (fields) => ({ sliding_window: fields.model('attention.sliding_window') || null }),
  },
  gpt2: {
    type: 'gpt2',
    own: (fields) => ({
      n_embd: fields.required('embedding_length'),
      n_inner: fields.model('feed_forward_length'),
      n_layer: fields.required('block_count'),
      n_head: fields.required('attention.head_count'),
      n_positions: fields.required('context_length'),
      layer_norm_epsilon: fields.required('attention.layer_norm_epsilon'),
    }),
  },
  gptneox: {
    type: 'gpt_neox',
    own: (fields) => ({
      layer_norm_eps: fields.required('attention.layer_norm_epsilon'),
      use_parallel_residual: fields.flag('gptneox.use_parallel_residual') ?? true,
    }),
  },
};

/**
 * @returns an object like a `config.json`
 * @throws TroubleError `model-unsupported` for other architectures, `model-damaged` for lacking keys
 */
export async function ggufConfig(fields: GgufFields, tensors: GgufTensors): Promise<Json> {
  if (!Object.hasOwn(ARCHITECTURES, fields.architecture)) {
    const known = Object.keys(ARCHITECTURES).join(', ');
    return fields.unsupported('general.architecture', `one of ${known}`);
  }
  const { type, own } = ARCHITECTURES[fields.architecture];
  const width = fields.required('embedding_length');
  const heads = fields.required('attention.head_count');
  const headDim = fields.model('attention.key_length') ?? width / heads;
  return {
    model_type: type,
    vocab_size: tensors.vocabSize,
    hidden_size: width,
    intermediate_size: fields.required('feed_forward_length'),
    num_hidden_layers: fields.required('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: fields.model('attention.head_count_kv') ?? heads,
    head_dim: headDim,
    max_position_embeddings: fields.required('context_length'),
    rms_norm_eps: fields.model('attention.layer_norm_rms_epsilon'),
    rope_theta: fields.model('rope.freq_base') ?? 10_000,
    partial_rotary_factor: (fields.model('rope.dimension_count') ?? headDim) / headDim,
    rope_scaling: await ropeScaling(fields, tensors),
    tie_word_embeddings: !tensors.has('output.weight'),
    ...tokenIds(fields),
    ...own(fields, tensors),
  };
}

/** The largest model of each generation scales its scores by another width, which no key says. */
function gemma(fields: GgufFields, layersOfLargest: number): Json {
  const width = fields.required('embedding_length');
  const heads = fields.required('attention.head_count');
  const headDim = fields.model('attention.key_length') ?? width / heads;
  const largest = fields.model('block_count') === layersOfLargest;
  return { query_pre_attn_scalar: largest ? width / heads : headDim };
}

async function ropeScaling(fields: GgufFields, tensors: GgufTensors): Promise<Json | null> {
  const long = await tensors.floats('rope_factors_long.weight');
  const short = await tensors.floats('rope_factors_short.weight');
  // Divisors of the angles, worked out beforehand, as of Llama 3.1.
  const divisors = await tensors.floats('rope_freqs.weight');
  const before = fields.model('rope.scaling.original_context_length');
  if ((long && short) || divisors) {
    return {
      rope_type: 'longrope',
      long_factor: long ?? divisors,
      short_factor: short ?? divisors,
      original_max_position_embeddings: before ?? fields.required('context_length'),
      attention_factor: fields.model('rope.scaling.attn_factor') ?? 1,
    };
  }
  const type = fields.text(`${fields.architecture}.rope.scaling.type`) ?? 'none';
  const factor = fields.model('rope.scaling.factor');
  if (type === 'none' || factor === null || factor === 0) return null;
  if (type !== 'linear' && type !== 'yarn') {
    return fields.unsupported(
      `${fields.architecture}.rope.scaling.type`,
      '"none", "linear" or "yarn"',
    );
  }
  return { rope_type: type, factor, original_max_position_embeddings: before };
}

function tokenIds(fields: GgufFields): Json {
  const id = (name: string) => fields.number(`tokenizer.ggml.${name}_token_id`);
  const ends = [id('eos'), id('eot'), id('eom')].filter((end) => end !== null);
  return { bos_token_id: firstToken(fields), eos_token_id: [...new Set(ends)] };
}
