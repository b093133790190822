import { describe, expect, test } from 'vitest';
import { troubleOf } from '../../trouble';
import { parseConfig } from './registry';

const TINY = {
  model_type: 'llama',
  vocab_size: 100,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};

function troubleWith(change: Record<string, unknown>) {
  try {
    parseConfig({ ...TINY, ...change });
  } catch (error) {
    return troubleOf(error);
  }
  throw new Error(`${JSON.stringify(change)} was accepted`);
}

const plain = { theta: 10_000, scaling: null };

describe('parseConfig', () => {
  test('absent fields take the defaults of transformers', () => {
    expect(parseConfig(TINY)).toEqual({
      family: 'llama',
      vocabSize: 100,
      hiddenSize: 32,
      intermediateSize: 64,
      layers: 2,
      heads: 4,
      kvHeads: 4,
      headDim: 8,
      contextLength: 2048,
      norm: { kind: 'rms', eps: 1e-6, offset: 0 },
      postNorms: false,
      queryKeyNorm: false,
      parallelResidual: false,
      activation: 'silu',
      gated: true,
      biases: { qkv: false, attentionOut: false, mlp: false },
      positions: { kind: 'rotary', dims: 8, rotation: plain },
      local: null,
      scoreScale: 8 ** -0.5,
      scoreCap: null,
      logitCap: null,
      embeddingScale: 1,
      tiedEmbeddings: false,
      bosId: 1,
      eosIds: [2],
    });
  });

  test('reads everything that is there', () => {
    const config = parseConfig({
      ...TINY,
      architectures: ['LlamaForCausalLM'],
      hidden_act: 'silu',
      num_key_value_heads: 2,
      head_dim: 16,
      max_position_embeddings: 512,
      rms_norm_eps: 1e-5,
      rope_theta: 500_000,
      rope_scaling: null,
      attention_bias: true,
      mlp_bias: true,
      tie_word_embeddings: true,
      bos_token_id: null,
      eos_token_id: [3, 4],
    });
    expect(config).toMatchObject({
      kvHeads: 2,
      headDim: 16,
      contextLength: 512,
      norm: { eps: 1e-5 },
      positions: { dims: 16, rotation: { theta: 500_000, scaling: null } },
      biases: { qkv: true, attentionOut: true, mlp: true },
      tiedEmbeddings: true,
      bosId: null,
      eosIds: [3, 4],
    });
  });

  test.each([
    [{ model_type: 'mamba' }, 'model_type', '"mistral", "qwen2"', '"mamba"'],
    [{ model_type: 'constructor' }, 'model_type', '"llama"', '"constructor"'],
    [{ model_type: undefined }, 'model_type', '"llama"', 'nothing'],
    [{ architectures: ['LlamaModel'] }, 'architectures', 'LlamaForCausalLM', 'LlamaModel'],
    [{ hidden_act: 'gelu' }, 'hidden_act', '"silu"', '"gelu"'],
    [{ rope_scaling: { type: 'ntk', factor: 2 } }, 'rope_scaling.type', '"yarn"', '"ntk"'],
    [{ rope_parameters: { rope_type: 'x' } }, 'rope_parameters.rope_type', '"default"', '"x"'],
    [{ partial_rotary_factor: 0.4 }, 'partial_rotary_factor', 'even', '0.4'],
    [{ quantization_config: { bits: 4 } }, 'quantization_config', 'none', 'one'],
    [{ head_dim: 6 }, 'head_dim', 'a multiple of 4', '6'],
    [
      { model_type: 'qwen2', use_sliding_window: true, layer_types: ['chunked', 'x'] },
      'layer_types',
      'full_attention',
      'chunked',
    ],
    [
      { model_type: 'gpt2', scale_attn_by_inverse_layer_idx: true },
      'scale_attn_by_inverse_layer_idx',
      'false',
      'true',
    ],
    [{ model_type: 'gpt2', activation_function: 'relu' }, 'activation_function', 'gelu', 'relu'],
    [{ model_type: 'gpt_neox', hidden_act: 'relu' }, 'hidden_act', '"gelu"', 'relu'],
    [
      { model_type: 'gemma3_text', use_bidirectional_attention: true },
      'use_bidirectional_attention',
      'false',
      'true',
    ],
  ])('refuses %j as unsupported', (change, field, expected, found) => {
    const { code, what } = troubleWith(change);
    expect(code).toBe('model-unsupported');
    expect(what).toContain(field);
    expect(what).toContain(expected);
    expect(what).toContain(found);
  });

  test.each([
    [{ hidden_size: undefined }, 'hidden_size', 'nothing'],
    [{ hidden_size: 30 }, 'head_dim', '7.5'],
    [{ vocab_size: 0 }, 'vocab_size', '0'],
    [{ vocab_size: 2 ** 40 }, 'vocab_size', '1099511627776'],
    [{ num_hidden_layers: -1 }, 'num_hidden_layers', '-1'],
    [{ num_hidden_layers: '2' }, 'num_hidden_layers', '"2"'],
    [{ num_key_value_heads: 3 }, 'num_key_value_heads', '3'],
    [{ rms_norm_eps: 0 }, 'rms_norm_eps', '0'],
    [{ tie_word_embeddings: 'yes' }, 'tie_word_embeddings', '"yes"'],
    [{ eos_token_id: -1 }, 'eos_token_id', '-1'],
    [{ eos_token_id: [1, 'x'] }, 'eos_token_id', '[1,"x"]'],
    [{ rope_scaling: 'linear' }, 'rope_scaling', '"linear"'],
    [{ rope_scaling: { type: 'linear' } }, 'rope_scaling.factor', 'nothing'],
    [{ rope_parameters: { rope_theta: -1 } }, 'rope_parameters.rope_theta', '-1'],
    [
      { rope_scaling: { type: 'longrope', short_factor: [1], long_factor: [1] } },
      'rope_scaling.short_factor',
      '[1]',
    ],
    [{ model_type: 'mistral', num_key_value_heads: 2, sliding_window: 0 }, 'sliding_window', '0'],
    [{ model_type: 'phi3', sliding_window: 2.5 }, 'sliding_window', '2.5'],
    [
      { model_type: 'qwen2', use_sliding_window: true, layer_types: ['full_attention'] },
      'layer_types',
      '["full_attention"]',
    ],
    [{ model_type: 'gpt2', n_embd: 30, n_head: 4 }, 'n_embd', '30'],
    [{ model_type: 'gemma3' }, 'text_config', 'nothing'],
  ])('refuses %j as damaged', (change, field, found) => {
    const { code, what } = troubleWith(change);
    expect(code).toBe('model-damaged');
    expect(what).toContain(field);
    expect(what).toContain(`found ${found}`);
  });

  test('ids that the vocabulary lacks are left out', () => {
    const config = parseConfig({ ...TINY, bos_token_id: 50_256, eos_token_id: [3, 50_256] });
    expect(config).toMatchObject({ bosId: null, eosIds: [3] });
  });

  test('refuses what is not an object', () => {
    expect(() => parseConfig([TINY])).toThrow('a JSON object');
    expect(() => parseConfig(null)).toThrow('a JSON object');
  });
});

describe('positions', () => {
  function rotationOf(change: Record<string, unknown>) {
    const { positions, contextLength } = parseConfig({ ...TINY, ...change });
    if (positions.kind !== 'rotary') throw new Error('Positions do not rotate.');
    return { dims: positions.dims, ...positions.rotation, contextLength };
  }

  test('the base inside rope_parameters', () => {
    const rope = { rope_type: 'default', rope_theta: 12_345 };
    expect(rotationOf({ rope_parameters: rope })).toMatchObject({ theta: 12_345, scaling: null });
  });

  test('both names of the type, in both places', () => {
    const scaling = { type: 'linear', factor: 4 };
    expect(rotationOf({ rope_scaling: scaling }).scaling).toEqual(scaling);
    const newer = { rope_type: 'linear', factor: 4 };
    expect(rotationOf({ rope_scaling: newer }).scaling).toEqual(scaling);
    expect(rotationOf({ rope_parameters: { ...newer, rope_theta: 7 } })).toMatchObject({
      theta: 7,
      scaling,
    });
  });

  test('dynamic NTK makes room for longer texts', () => {
    expect(rotationOf({ rope_scaling: { type: 'dynamic', factor: 2 } })).toMatchObject({
      scaling: { type: 'dynamic', factor: 2, trained: 2048 },
      contextLength: 4096,
    });
  });

  test("YaRN with Qwen 2.5's fields, and with factors of its own", () => {
    const rope = { type: 'yarn', factor: 4, original_max_position_embeddings: 512 };
    expect(rotationOf({ rope_scaling: rope }).scaling).toEqual({
      type: 'yarn',
      factor: 4,
      trained: 512,
      fast: 32,
      slow: 1,
      whole: true,
      scale: 0.1 * Math.log(4) + 1,
    });
    const longer = { rope_scaling: rope, max_position_embeddings: 512 };
    expect(rotationOf(longer).contextLength).toBe(2048);
    const own = { ...rope, mscale: 0.5, mscale_all_dim: 1, beta_fast: 16, truncate: false };
    expect(rotationOf({ rope_scaling: own }).scaling).toMatchObject({
      scale: (0.05 * Math.log(4) + 1) / (0.1 * Math.log(4) + 1),
      fast: 16,
      whole: false,
    });
  });
});
