/**
 * Files of small models of every family, for tests: the fields of real checkpoints, sizes that no power of two
 * divides, and windows, caps and trained lengths so small that they matter within a few dozen tokens.
 */
import type { ModelConfig } from '../config';
import { tensorShapes } from '../roles';
import { rolesOf } from './registry';

const SIZES = {
  vocab_size: 61,
  hidden_size: 26,
  intermediate_size: 39,
  num_hidden_layers: 3,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  head_dim: 12,
  max_position_embeddings: 256,
  bos_token_id: 0,
  eos_token_id: 1,
};
const MULTI_HEAD = { ...SIZES, hidden_size: 36, num_attention_heads: 3, num_key_value_heads: 3 };

/** By name; the names of their tensors begin as checkpoints of the family may have them. */
export const SMALL_MODELS: Record<string, { file: Record<string, unknown>; prefix?: string }> = {
  'llama 3': {
    file: {
      ...SIZES,
      model_type: 'llama',
      attention_bias: true,
      mlp_bias: true,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 32,
      },
    },
  },
  'llama, linear': {
    file: { ...SIZES, model_type: 'llama', rope_scaling: { type: 'linear', factor: 2.5 } },
  },
  'llama, dynamic': {
    file: {
      ...SIZES,
      model_type: 'llama',
      max_position_embeddings: 40,
      rope_scaling: { type: 'dynamic', factor: 4 },
    },
  },
  'llama, yarn': {
    file: {
      ...SIZES,
      model_type: 'llama',
      rope_parameters: {
        rope_type: 'yarn',
        rope_theta: 500,
        factor: 4,
        original_max_position_embeddings: 64,
      },
    },
  },
  mistral: { file: { ...SIZES, model_type: 'mistral', sliding_window: 21 } },
  'qwen 2': {
    file: {
      ...SIZES,
      model_type: 'qwen2',
      use_sliding_window: true,
      max_window_layers: 1,
      sliding_window: 13,
      tie_word_embeddings: true,
    },
  },
  'qwen 3': { file: { ...SIZES, model_type: 'qwen3', rope_theta: 1e6 } },
  'gemma 2': {
    file: {
      ...SIZES,
      model_type: 'gemma2',
      hidden_activation: 'gelu_pytorch_tanh',
      query_pre_attn_scalar: 7,
      attn_logit_softcapping: 2.5,
      final_logit_softcapping: 4,
      sliding_window: 11,
    },
  },
  'gemma 3': {
    file: {
      ...SIZES,
      model_type: 'gemma3_text',
      query_pre_attn_scalar: 20,
      rope_theta: 1e6,
      rope_local_base_freq: 50,
      rope_scaling: { rope_type: 'linear', factor: 8 },
      sliding_window: 19,
      sliding_window_pattern: 3,
    },
    prefix: 'model.language_model.',
  },
  'phi 3': {
    file: {
      ...MULTI_HEAD,
      model_type: 'phi3',
      head_dim: undefined,
      partial_rotary_factor: 0.5,
      original_max_position_embeddings: 64,
      rope_scaling: {
        type: 'longrope',
        short_factor: [1, 1.2, 1.5],
        long_factor: [1, 3, 9],
      },
    },
  },
  'gpt 2': {
    file: {
      model_type: 'gpt2',
      vocab_size: 61,
      n_embd: 36,
      n_head: 3,
      n_inner: 39,
      n_layer: 3,
      n_positions: 160,
      eos_token_id: 1,
    },
    prefix: 'transformer.',
  },
  pythia: {
    file: { ...MULTI_HEAD, model_type: 'gpt_neox', head_dim: undefined, rotary_pct: 0.34 },
    prefix: 'gpt_neox.',
  },
  'gpt-neox, sequential': {
    file: {
      ...MULTI_HEAD,
      model_type: 'gpt_neox',
      head_dim: undefined,
      rotary_pct: 0.67,
      use_parallel_residual: false,
      attention_bias: false,
      hidden_act: 'gelu_fast',
    },
  },
};

/** Every tensor of a model: its name in the roles, and what a checkpoint with that prefix calls it. */
export function storedNames(config: ModelConfig, prefix = '') {
  return [...tensorShapes(rolesOf(config))].map(([name, shape]) => {
    // The output matrix lies beside the model, and the names of Gemma begin with "model." by themselves.
    const outside = name.startsWith('embed_out') || name.startsWith('lm_head');
    const own = prefix.includes('language_model') ? name.replace(/^model\./, '') : name;
    return { name, stored: outside ? name : prefix + own, shape };
  });
}
