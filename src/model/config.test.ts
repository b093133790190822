import { describe, expect, test } from 'vitest';
import { troubleOf } from '../trouble';
import { parseConfig } from './config';

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

describe('parseConfig', () => {
  test('absent fields take the defaults of transformers', () => {
    expect(parseConfig(TINY)).toEqual({
      vocabSize: 100,
      hiddenSize: 32,
      intermediateSize: 64,
      layers: 2,
      heads: 4,
      kvHeads: 4,
      headDim: 8,
      contextLength: 2048,
      rmsNormEps: 1e-6,
      ropeTheta: 10_000,
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
      tie_word_embeddings: true,
      bos_token_id: null,
      eos_token_id: [3, 4],
    });
    expect(config).toMatchObject({
      kvHeads: 2,
      headDim: 16,
      contextLength: 512,
      rmsNormEps: 1e-5,
      ropeTheta: 500_000,
      tiedEmbeddings: true,
      bosId: null,
      eosIds: [3, 4],
    });
  });

  test('finds rope_theta in rope_parameters', () => {
    const rope = { rope_type: 'default', rope_theta: 12_345 };
    expect(parseConfig({ ...TINY, rope_parameters: rope }).ropeTheta).toBe(12_345);
  });

  test.each([
    [{ model_type: 'mistral' }, 'model_type', '"llama"', '"mistral"'],
    [{ model_type: undefined }, 'model_type', '"llama"', 'nothing'],
    [{ architectures: ['LlamaModel'] }, 'architectures', 'LlamaForCausalLM', 'LlamaModel'],
    [{ hidden_act: 'gelu' }, 'hidden_act', '"silu"', '"gelu"'],
    [{ attention_bias: true }, 'attention_bias', 'false', 'true'],
    [{ mlp_bias: true }, 'mlp_bias', 'false', 'true'],
    [{ rope_scaling: { type: 'linear', factor: 2 } }, 'rope_scaling', 'default', 'linear'],
    [{ rope_parameters: { rope_type: 'llama3' } }, 'rope_parameters', 'default', 'llama3'],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor', '1', '0.5'],
    [{ quantization_config: { bits: 4 } }, 'quantization_config', 'none', 'one'],
    [{ head_dim: 6 }, 'head_dim', 'a multiple of 4', '6'],
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
    [{ eos_token_id: 100 }, 'eos_token_id', '100'],
  ])('refuses %j as damaged', (change, field, found) => {
    const { code, what } = troubleWith(change);
    expect(code).toBe('model-damaged');
    expect(what).toContain(field);
    expect(what).toContain(`found ${found}`);
  });

  test('refuses what is not an object', () => {
    expect(() => parseConfig([TINY])).toThrow('a JSON object');
    expect(() => parseConfig(null)).toThrow('a JSON object');
  });
});
