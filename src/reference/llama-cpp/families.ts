/** A small model of every family: its `config.json`, and the metadata of the GGUF file that says the same. */
import type { GgufValue } from '../../model/gguf/writer';

export interface SmallModel {
  title: string;
  architecture: string;
  json: Record<string, unknown>;
  metadata: Record<string, GgufValue>;
  /** Divisors of angles that lie in tensors of their own. */
  divisors?: Record<string, number[]>;
  /** llama.cpp takes GELU from a table of f16. */
  gelu?: boolean;
}

/** As a float32, too. */
const EPS = 2 ** -17;

const SIZES = {
  vocab_size: 61,
  hidden_size: 32,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  bos_token_id: null,
  eos_token_id: [1],
};

const u32 = (value: number): GgufValue => ['uint32', value];
const f32 = (value: number): GgufValue => ['float32', value];

/** The keys that all architectures have. */
function common(
  architecture: string,
  sizes: Partial<typeof SIZES> = {},
): Record<string, GgufValue> {
  const own = { ...SIZES, ...sizes };
  return Object.fromEntries(
    Object.entries({
      context_length: u32(own.max_position_embeddings),
      embedding_length: u32(own.hidden_size),
      feed_forward_length: u32(own.intermediate_size),
      block_count: u32(own.num_hidden_layers),
      'attention.head_count': u32(own.num_attention_heads),
      'attention.head_count_kv': u32(own.num_key_value_heads),
    }).map(([key, value]) => [`${architecture}.${key}`, value]),
  );
}

function decoder(
  title: string,
  architecture: string,
  json: Record<string, unknown>,
  metadata: Record<string, GgufValue>,
): SmallModel {
  return {
    title,
    architecture,
    gelu: architecture.startsWith('gemma'),
    json: { ...SIZES, rms_norm_eps: EPS, rope_theta: 10_000, ...json },
    metadata: {
      ...common(architecture),
      [`${architecture}.attention.layer_norm_rms_epsilon`]: f32(EPS),
      [`${architecture}.rope.freq_base`]: f32(10_000),
      ...metadata,
    },
  };
}

const wide = (architecture: string, headDim: number) => ({
  [`${architecture}.attention.key_length`]: u32(headDim),
  [`${architecture}.attention.value_length`]: u32(headDim),
});

/** The divisors of a file are those that this gives by its formula. */
const LLAMA3 = {
  model_type: 'llama',
  rope_scaling: {
    rope_type: 'longrope',
    short_factor: [1, 1, 1.8, 8],
    long_factor: [1, 1, 1.8, 8],
    attention_factor: 1,
    original_max_position_embeddings: 64,
  },
};

export const SMALL_MODELS: SmallModel[] = [
  decoder('Llama', 'llama', { model_type: 'llama' }, {}),
  decoder(
    'Llama with its own output matrix, tied to nothing, and linear scaling',
    'llama',
    {
      model_type: 'llama',
      tie_word_embeddings: false,
      rope_scaling: { rope_type: 'linear', factor: 4 },
    },
    {
      'llama.rope.scaling.type': ['string', 'linear'],
      'llama.rope.scaling.factor': f32(4),
    },
  ),
  decoder(
    'Llama with YaRN',
    'llama',
    {
      model_type: 'llama',
      rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 },
    },
    {
      'llama.rope.scaling.type': ['string', 'yarn'],
      'llama.rope.scaling.factor': f32(4),
      'llama.rope.scaling.original_context_length': u32(16),
    },
  ),
  decoder(
    'Llama with biases',
    'llama',
    { model_type: 'llama', attention_bias: true, num_key_value_heads: 4 },
    { 'llama.attention.head_count_kv': u32(4) },
  ),
  {
    ...decoder('Llama 3.1, its divisors worked out', 'llama', LLAMA3, {}),
    divisors: { 'rope_freqs.weight': [1, 1, 1.8, 8] },
  },
  decoder('Qwen 2', 'qwen2', { model_type: 'qwen2' }, {}),
  decoder('Qwen 3', 'qwen3', { model_type: 'qwen3', head_dim: 16 }, wide('qwen3', 16)),
  decoder(
    'Gemma 2',
    'gemma2',
    {
      model_type: 'gemma2',
      head_dim: 16,
      query_pre_attn_scalar: 16,
      sliding_window: 5,
      attn_logit_softcapping: 2,
      final_logit_softcapping: 3,
    },
    {
      ...wide('gemma2', 16),
      'gemma2.attention.sliding_window': u32(5),
      'gemma2.attn_logit_softcapping': f32(2),
      'gemma2.final_logit_softcapping': f32(3),
    },
  ),
  decoder(
    'Gemma 3',
    'gemma3',
    {
      model_type: 'gemma3_text',
      num_hidden_layers: 7,
      head_dim: 16,
      query_pre_attn_scalar: 16,
      sliding_window: 5,
      rope_theta: 1_000_000,
      rope_local_base_freq: 10_000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    },
    {
      ...wide('gemma3', 16),
      'gemma3.block_count': u32(7),
      'gemma3.attention.sliding_window': u32(5),
      'gemma3.rope.freq_base': f32(1_000_000),
      'gemma3.rope.scaling.type': ['string', 'linear'],
      'gemma3.rope.scaling.factor': f32(8),
    },
  ),
  decoder('Phi-3', 'phi3', { model_type: 'phi3' }, { 'phi3.rope.dimension_count': u32(8) }),
  decoder('Phi-3', 'phi3', { model_type: 'phi3' }, { 'phi3.rope.dimension_count': u32(8) }),
  {
    ...decoder(
      'Phi-3 for long texts',
      'phi3',
      {
        model_type: 'phi3',
        max_position_embeddings: 1024,
        original_max_position_embeddings: 512,
        rope_scaling: {
          type: 'longrope',
          short_factor: [1, 1.1, 1.3, 2],
          long_factor: [1, 4, 9, 16],
          attention_factor: 1.25,
        },
      },
      {
        'phi3.context_length': u32(1024),
        'phi3.rope.dimension_count': u32(8),
        'phi3.rope.scaling.original_context_length': u32(512),
        'phi3.rope.scaling.attn_factor': f32(1.25),
      },
    ),
    divisors: {
      'rope_factors_short.weight': [1, 1.1, 1.3, 2],
      'rope_factors_long.weight': [1, 4, 9, 16],
    },
  },
  {
    title: 'GPT-2',
    gelu: true,
    architecture: 'gpt2',
    json: {
      model_type: 'gpt2',
      vocab_size: 61,
      n_embd: 32,
      n_inner: 40,
      n_layer: 2,
      n_head: 4,
      n_positions: 64,
      layer_norm_epsilon: EPS,
      eos_token_id: [1],
    },
    metadata: {
      ...common('gpt2', { num_key_value_heads: 4 }),
      'gpt2.attention.layer_norm_epsilon': f32(EPS),
    },
  },
  ...[true, false].map(
    (parallel): SmallModel => ({
      title: `GPT-NeoX, ${parallel ? 'parallel' : 'one after the other'}`,
      architecture: 'gptneox',
      gelu: true,
      json: {
        ...SIZES,
        model_type: 'gpt_neox',
        layer_norm_eps: EPS,
        num_key_value_heads: 4,
        rotary_pct: 0.5,
        use_parallel_residual: parallel,
      },
      metadata: {
        ...common('gptneox', { num_key_value_heads: 4 }),
        'gptneox.attention.layer_norm_epsilon': f32(EPS),
        'gptneox.rope.dimension_count': u32(4),
        'gptneox.use_parallel_residual': ['bool', parallel],
      },
    }),
  ),
];
