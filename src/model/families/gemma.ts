import type { ModelConfig } from '../config';
import type { Fields } from '../fields';
import { type Defaults, decoderRoles, describeDecoder, localLayers } from './decoder';
import type { Family } from './family';

/** What absent fields stand for in both: the sizes of Gemma 2 2B. */
const ABSENT = {
  bosId: 2,
  eosId: 1,
  tied: true,
  eps: 1e-6,
  hiddenSize: 2304,
  intermediateSize: 9216,
  layers: 26,
  heads: 8,
  kvHeads: 4,
  headDim: 256,
};

/** Gemma 2: soft caps, norms on both sides, every other layer local (arXiv 2408.00118). */
export const gemma2: Family = {
  architecture: 'Gemma2ForCausalLM',
  describe(fields) {
    const config = describe('gemma2', fields, {
      ...ABSENT,
      vocabSize: 256_000,
      contextLength: 8192,
      theta: 10_000,
    });
    const window = fields.window('sliding_window', 4096);
    const layers = localLayers(fields, config.layers, (layer) => layer % 2 === 0);
    return {
      ...config,
      scoreCap: fields.optional('attn_logit_softcapping', 50),
      logitCap: fields.optional('final_logit_softcapping', 30),
      local: window === null ? null : { layers, window, rotation: null },
    };
  },
  roles: decoderRoles,
  prefixes: [],
};

/** Gemma 3, its text part: norms of queries and keys, five local layers to a global one (arXiv 2503.19786). */
export const gemma3: Family = {
  architecture: 'Gemma3ForCausalLM',
  describe(fields) {
    fields.only('use_bidirectional_attention', false);
    const config = describe('gemma3_text', fields, {
      ...ABSENT,
      vocabSize: 262_208,
      contextLength: 131_072,
      theta: 1_000_000,
    });
    const window = fields.window('sliding_window', 4096);
    const name = fields.given('_sliding_window_pattern')
      ? '_sliding_window_pattern'
      : 'sliding_window_pattern';
    const pattern = fields.size(name, 'layers', 6);
    const layers = localLayers(fields, config.layers, (layer) => (layer + 1) % pattern !== 0);
    return {
      ...config,
      queryKeyNorm: true,
      scoreCap: fields.optional('attn_logit_softcapping', null),
      logitCap: fields.optional('final_logit_softcapping', null),
      local: window === null ? null : { layers, window, rotation: localRotation(fields) },
    };
  },
  roles: decoderRoles,
  prefixes: [
    ['language_model.model.', 'model.'],
    ['model.language_model.', 'model.'],
    ['language_model.lm_head.', 'lm_head.'],
  ],
};

/** The same inside a model that also reads pictures, of which the text part is taken. */
export const gemma3Pictures: Family = {
  ...gemma3,
  architecture: 'Gemma3ForConditionalGeneration',
  describe(fields) {
    const text = fields.inside('text_config');
    if (!text) return fields.damaged('text_config', 'an object', undefined);
    const config = gemma3.describe(text);
    const ends = fields.given('eos_token_id');
    return {
      ...config,
      eosIds: ends ? fields.tokenIds('eos_token_id', null, config.vocabSize) : config.eosIds,
    };
  },
};

function describe(family: string, fields: Fields, defaults: Defaults): ModelConfig {
  const attention = fields.flag('attention_bias');
  const name = fields.given('hidden_activation') ? 'hidden_activation' : 'hidden_act';
  const activation = fields.choice(
    name,
    { gelu_pytorch_tanh: 'gelu-tanh', gelu_new: 'gelu-tanh' } as const,
    'gelu_pytorch_tanh',
  );
  const config = describeDecoder(family, fields, { ...defaults, activation });
  return {
    ...config,
    norm: { ...config.norm, offset: 1 },
    postNorms: true,
    biases: { qkv: attention, attentionOut: attention, mlp: false },
    scoreScale: 1 / Math.sqrt(fields.positive('query_pre_attn_scalar', 256)),
    embeddingScale: Math.sqrt(config.hiddenSize),
  };
}

/** Local layers rotate by a base of their own, not rescaled. */
function localRotation(fields: Fields) {
  const sliding = fields.inside('rope_parameters')?.inside('sliding_attention');
  if (sliding?.given('rope_type') && sliding.value('rope_type') !== 'default') {
    sliding.unsupported('rope_type', '"default"', sliding.value('rope_type'));
  }
  const theta = sliding?.given('rope_theta')
    ? sliding.positive('rope_theta')
    : fields.positive('rope_local_base_freq', 10_000);
  return { theta, scaling: null };
}
