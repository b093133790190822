import type { LocalLayers, ModelConfig } from '../config';
import type { Fields } from '../fields';
import { decoderRoles, describeDecoder, localLayers } from './decoder';
import type { Family } from './family';

/** Qwen 2 and 2.5: a Llama with biases of queries, keys and values (arXiv 2407.10671). No text begins with BOS. */
export const qwen2: Family = {
  architecture: 'Qwen2ForCausalLM',
  describe: (fields) => {
    const config = describe('qwen2', fields, {});
    return { ...config, biases: { qkv: true, attentionOut: false, mlp: false } };
  },
  roles: decoderRoles,
  prefixes: [],
};

/** Qwen 3: queries and keys are normalised head by head (arXiv 2505.09388). */
export const qwen3: Family = {
  architecture: 'Qwen3ForCausalLM',
  describe: (fields) => {
    const bias = fields.flag('attention_bias');
    const config = describe('qwen3', fields, { headDim: 128 });
    return {
      ...config,
      queryKeyNorm: true,
      biases: { qkv: bias, attentionOut: bias, mlp: false },
    };
  },
  roles: decoderRoles,
  prefixes: [],
};

function describe(family: string, fields: Fields, defaults: { headDim?: number }): ModelConfig {
  const config = describeDecoder(family, fields, {
    ...defaults,
    contextLength: 32_768,
    eps: 1e-6,
    theta: 10_000,
    tied: false,
    bosId: null,
    eosId: null,
  });
  return { ...config, bosId: null, local: local(fields, config.layers) };
}

/** The layers from `max_window_layers` on, where the file asks for windows at all. */
function local(fields: Fields, layers: number): LocalLayers | null {
  const window = fields.window('sliding_window', 4096);
  if (!fields.flag('use_sliding_window') || window === null) return null;
  const value = fields.value('max_window_layers') ?? 28;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    return fields.damaged('max_window_layers', 'a whole number from 0', value);
  }
  return { layers: localLayers(fields, layers, (layer) => layer >= value), window, rotation: null };
}
