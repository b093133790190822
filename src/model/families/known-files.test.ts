import { describe, expect, test } from 'vitest';
import { layerWindow } from '../config';
import { tensorShapes } from '../roles';
import { canonicalName, parseConfig, rolesOf } from './registry';

const plain = { theta: 10_000, scaling: null };

describe('the files of known checkpoints', () => {
  test('Llama 3.2 1B', () => {
    const config = parseConfig({
      architectures: ['LlamaForCausalLM'],
      attention_bias: false,
      bos_token_id: 128000,
      eos_token_id: 128001,
      head_dim: 64,
      hidden_act: 'silu',
      hidden_size: 2048,
      intermediate_size: 8192,
      max_position_embeddings: 131072,
      mlp_bias: false,
      model_type: 'llama',
      num_attention_heads: 32,
      num_hidden_layers: 16,
      num_key_value_heads: 8,
      pretraining_tp: 1,
      rms_norm_eps: 1e-5,
      rope_scaling: {
        factor: 32.0,
        high_freq_factor: 4.0,
        low_freq_factor: 1.0,
        original_max_position_embeddings: 8192,
        rope_type: 'llama3',
      },
      rope_theta: 500000.0,
      tie_word_embeddings: true,
      vocab_size: 128256,
    });
    expect(config.positions).toEqual({
      kind: 'rotary',
      dims: 64,
      rotation: {
        theta: 500000,
        scaling: { type: 'llama3', factor: 32, trained: 8192, lowFactor: 1, highFactor: 4 },
      },
    });
    expect(config).toMatchObject({ contextLength: 131072, bosId: 128000, tiedEmbeddings: true });
  });

  test('Mistral 7B v0.1 and v0.3', () => {
    const file = {
      model_type: 'mistral',
      hidden_size: 4096,
      intermediate_size: 14336,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 32768,
      rms_norm_eps: 1e-5,
      rope_theta: 10000.0,
      sliding_window: 4096,
      vocab_size: 32000,
    };
    const first = parseConfig(file);
    expect(first.local?.window).toBe(4096);
    expect(layerWindow(first, 31)).toBe(4096);
    expect(parseConfig({ ...file, sliding_window: null }).local).toBeNull();
  });

  test('Qwen 2.5 0.5B and Qwen 3 0.6B', () => {
    const qwen2 = {
      model_type: 'qwen2',
      bos_token_id: 151643,
      eos_token_id: 151645,
      hidden_size: 896,
      intermediate_size: 4864,
      max_position_embeddings: 32768,
      max_window_layers: 21,
      num_attention_heads: 14,
      num_hidden_layers: 24,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-6,
      rope_theta: 1000000.0,
      sliding_window: 32768,
      tie_word_embeddings: true,
      use_sliding_window: false,
      vocab_size: 151936,
    };
    const config = parseConfig(qwen2);
    expect(config).toMatchObject({
      biases: { qkv: true, attentionOut: false, mlp: false },
      local: null,
      bosId: null,
      eosIds: [151645],
    });
    const windowed = parseConfig({ ...qwen2, use_sliding_window: true, sliding_window: 128 });
    expect([20, 21].map((layer) => layerWindow(windowed, layer))).toEqual([Infinity, 128]);
    const qwen3 = parseConfig({
      ...qwen2,
      model_type: 'qwen3',
      head_dim: 128,
      hidden_size: 1024,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      attention_bias: false,
    });
    expect(qwen3).toMatchObject({ queryKeyNorm: true, headDim: 128, biases: { qkv: false } });
    expect(tensorShapes(rolesOf(qwen3)).get('model.layers.3.self_attn.q_norm.weight')).toEqual([
      128,
    ]);
  });

  test('Gemma 2 2B', () => {
    const config = parseConfig({
      model_type: 'gemma2',
      attn_logit_softcapping: 50.0,
      final_logit_softcapping: 30.0,
      head_dim: 256,
      hidden_act: 'gelu_pytorch_tanh',
      hidden_activation: 'gelu_pytorch_tanh',
      hidden_size: 2304,
      intermediate_size: 9216,
      max_position_embeddings: 8192,
      num_attention_heads: 8,
      num_hidden_layers: 26,
      num_key_value_heads: 4,
      query_pre_attn_scalar: 256,
      rms_norm_eps: 1e-6,
      rope_theta: 10000.0,
      sliding_window: 4096,
      vocab_size: 256000,
    });
    expect(config).toMatchObject({
      activation: 'gelu-tanh',
      norm: { kind: 'rms', offset: 1 },
      postNorms: true,
      scoreCap: 50,
      logitCap: 30,
      scoreScale: 1 / 16,
      embeddingScale: 48,
      tiedEmbeddings: true,
      bosId: 2,
    });
    expect([0, 1, 2].map((layer) => layerWindow(config, layer))).toEqual([4096, Infinity, 4096]);
  });

  test('Gemma 3 1B, and the text part of Gemma 3 4B', () => {
    const text = {
      model_type: 'gemma3_text',
      attn_logit_softcapping: null,
      final_logit_softcapping: null,
      head_dim: 256,
      hidden_activation: 'gelu_pytorch_tanh',
      hidden_size: 1152,
      intermediate_size: 6912,
      max_position_embeddings: 32768,
      num_attention_heads: 4,
      num_hidden_layers: 26,
      num_key_value_heads: 1,
      query_pre_attn_scalar: 256,
      rms_norm_eps: 1e-6,
      rope_local_base_freq: 10000,
      rope_scaling: null,
      rope_theta: 1000000,
      sliding_window: 512,
      sliding_window_pattern: 6,
      vocab_size: 262144,
      eos_token_id: [1, 106],
    };
    const config = parseConfig(text);
    expect(config).toMatchObject({
      queryKeyNorm: true,
      scoreCap: null,
      logitCap: null,
      positions: { rotation: { theta: 1_000_000, scaling: null } },
      local: { window: 512, rotation: plain },
      eosIds: [1, 106],
    });
    expect([4, 5, 6].map((layer) => layerWindow(config, layer))).toEqual([512, Infinity, 512]);
    const newer = parseConfig({
      ...text,
      rope_theta: undefined,
      rope_parameters: {
        full_attention: { rope_type: 'linear', factor: 8, rope_theta: 5 },
        sliding_attention: { rope_type: 'default', rope_theta: 3 },
      },
    });
    expect(newer).toMatchObject({
      positions: { rotation: { theta: 5, scaling: { type: 'linear', factor: 8 } } },
      local: { rotation: { theta: 3, scaling: null } },
    });

    const pictures = parseConfig({
      architectures: ['Gemma3ForConditionalGeneration'],
      model_type: 'gemma3',
      eos_token_id: [1, 106],
      text_config: {
        hidden_size: 2560,
        intermediate_size: 10240,
        model_type: 'gemma3_text',
        num_hidden_layers: 34,
        rope_scaling: { factor: 8.0, rope_type: 'linear' },
        sliding_window: 1024,
      },
      vision_config: { hidden_size: 1152 },
    });
    expect(pictures).toMatchObject({
      family: 'gemma3_text',
      vocabSize: 262208,
      heads: 8,
      kvHeads: 4,
      headDim: 256,
      eosIds: [1, 106],
    });
    for (const name of ['language_model.model.norm.weight', 'model.language_model.norm.weight']) {
      expect(canonicalName(pictures, name)).toBe('model.norm.weight');
    }
  });

  test('Phi-3 mini 4k and 128k', () => {
    const file = {
      model_type: 'phi3',
      attention_bias: false,
      bos_token_id: 1,
      eos_token_id: 32000,
      hidden_act: 'silu',
      hidden_size: 3072,
      intermediate_size: 8192,
      max_position_embeddings: 4096,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 32,
      original_max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      rope_scaling: null,
      rope_theta: 10000.0,
      sliding_window: 2047,
      tie_word_embeddings: false,
      vocab_size: 32064,
    };
    const short = parseConfig(file);
    expect(short).toMatchObject({ headDim: 96, local: { window: 2047 } });
    const shapes = tensorShapes(rolesOf(short));
    expect(shapes.get('model.layers.0.self_attn.qkv_proj.weight')).toEqual([9216, 3072]);
    expect(shapes.get('model.layers.0.mlp.gate_up_proj.weight')).toEqual([16384, 3072]);
    expect([...shapes.keys()].some((name) => name.includes('q_proj'))).toBe(false);

    const factors = Array.from({ length: 48 }, (_, i) => 1 + i / 10);
    const { positions } = parseConfig({
      ...file,
      max_position_embeddings: 131072,
      rope_scaling: { type: 'longrope', short_factor: factors, long_factor: factors },
    });
    expect(positions).toMatchObject({
      rotation: {
        scaling: {
          type: 'longrope',
          trained: 4096,
          // 1.19024, as the authors give it.
          scale: Math.sqrt(1 + Math.log(32) / Math.log(4096)),
        },
      },
    });
  });

  test('GPT-2', () => {
    const config = parseConfig({
      activation_function: 'gelu_new',
      architectures: ['GPT2LMHeadModel'],
      bos_token_id: 50256,
      eos_token_id: 50256,
      layer_norm_epsilon: 1e-5,
      model_type: 'gpt2',
      n_ctx: 1024,
      n_embd: 768,
      n_head: 12,
      n_layer: 12,
      n_positions: 1024,
      vocab_size: 50257,
    });
    expect(config).toMatchObject({
      intermediateSize: 3072,
      headDim: 64,
      contextLength: 1024,
      norm: { kind: 'layer', eps: 1e-5 },
      activation: 'gelu-tanh',
      gated: false,
      biases: { qkv: true, attentionOut: true, mlp: true },
      positions: { kind: 'learned' },
      tiedEmbeddings: true,
      bosId: null,
      eosIds: [50256],
    });
    const shapes = tensorShapes(rolesOf(config));
    expect(shapes.get('h.0.attn.c_attn.weight')).toEqual([768, 2304]);
    expect(shapes.get('h.0.mlp.c_proj.weight')).toEqual([3072, 768]);
    expect(canonicalName(config, 'transformer.h.0.ln_1.bias')).toBe('h.0.ln_1.bias');
    expect(canonicalName(config, 'h.0.ln_1.bias')).toBe('h.0.ln_1.bias');
  });

  test('Pythia 70M', () => {
    const config = parseConfig({
      architectures: ['GPTNeoXForCausalLM'],
      bos_token_id: 0,
      eos_token_id: 0,
      hidden_act: 'gelu',
      hidden_size: 512,
      intermediate_size: 2048,
      layer_norm_eps: 1e-5,
      max_position_embeddings: 2048,
      model_type: 'gpt_neox',
      num_attention_heads: 8,
      num_hidden_layers: 6,
      rotary_emb_base: 10000,
      rotary_pct: 0.25,
      tie_word_embeddings: false,
      use_parallel_residual: true,
      vocab_size: 50304,
    });
    expect(config).toMatchObject({
      headDim: 64,
      norm: { kind: 'layer', eps: 1e-5 },
      activation: 'gelu',
      parallelResidual: true,
      positions: { kind: 'rotary', dims: 16, rotation: plain },
      bosId: null,
    });
    const shapes = tensorShapes(rolesOf(config));
    expect(shapes.get('layers.5.attention.query_key_value.weight')).toEqual([1536, 512]);
    expect(shapes.get('embed_out.weight')).toEqual([50304, 512]);
    expect(canonicalName(config, 'gpt_neox.embed_in.weight')).toBe('embed_in.weight');
  });
});
