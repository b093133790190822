import type { ModelConfig } from '../config';
import { type LinearRole, type ModelRoles, part, transposed, whole } from '../roles';
import { layerNormRole } from './decoder';
import type { Family } from './family';

const ACTIVATIONS = {
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu: 'gelu',
  silu: 'silu',
} as const;

/** GPT-2 (Radford et al., 2019): learned positions, LayerNorm, matrices stored as [in, out]. */
export const gpt2: Family = {
  architecture: 'GPT2LMHeadModel',
  describe(fields) {
    fields.only('scale_attn_weights', true);
    fields.only('scale_attn_by_inverse_layer_idx', false);
    fields.only('add_cross_attention', false);
    const hiddenSize = fields.size('n_embd', 'hidden', 768);
    const heads = fields.size('n_head', 'heads', 12);
    const headDim = hiddenSize / heads;
    if (!Number.isInteger(headDim)) {
      fields.damaged('n_embd', `a multiple of n_head (${heads})`, hiddenSize);
    }
    if (headDim % 4 !== 0) fields.unsupported('n_embd', `a multiple of 4 · ${heads}`, hiddenSize);
    const vocabSize = fields.size('vocab_size', 'vocab', 50_257);
    return {
      family: 'gpt2',
      vocabSize,
      hiddenSize,
      intermediateSize: fields.size('n_inner', 'intermediate', 4 * hiddenSize),
      layers: fields.size('n_layer', 'layers', 12),
      heads,
      kvHeads: heads,
      headDim,
      contextLength: fields.size('n_positions', 'positions', 1024),
      norm: { kind: 'layer', eps: fields.positive('layer_norm_epsilon', 1e-5), offset: 0 },
      postNorms: false,
      queryKeyNorm: false,
      parallelResidual: false,
      activation: fields.choice('activation_function', ACTIVATIONS, 'gelu_new'),
      gated: false,
      biases: { qkv: true, attentionOut: true, mlp: true },
      positions: { kind: 'learned' },
      local: null,
      scoreScale: 1 / Math.sqrt(headDim),
      scoreCap: null,
      logitCap: null,
      embeddingScale: 1,
      tiedEmbeddings: fields.flag('tie_word_embeddings', true),
      // Its tokenizer has one name for both, and puts none before a text.
      bosId: null,
      eosIds: fields.tokenIds('eos_token_id', 50_256, vocabSize),
    };
  },
  roles,
  prefixes: [['transformer.', '']],
};

function roles(config: ModelConfig): ModelRoles {
  const { hiddenSize, intermediateSize, vocabSize, contextLength } = config;
  const embedding = whole('wte.weight', [vocabSize, hiddenSize]);
  const matrix = (name: string, rows: number, columns: number): LinearRole => ({
    weight: transposed(`${name}.weight`, rows, columns),
    bias: whole(`${name}.bias`, [rows]),
  });
  return {
    embedding,
    positions: whole('wpe.weight', [contextLength, hiddenSize]),
    finalNorm: layerNormRole('ln_f', hiddenSize),
    output: config.tiedEmbeddings ? embedding : whole('lm_head.weight', [vocabSize, hiddenSize]),
    layers: Array.from({ length: config.layers }, (_, layer) => {
      const at = `h.${layer}`;
      const fused = matrix(`${at}.attn.c_attn`, 3 * hiddenSize, hiddenSize);
      const third = (index: number): LinearRole => ({
        weight: part(fused.weight, index * hiddenSize, hiddenSize),
        bias: fused.bias && part(fused.bias, index * hiddenSize, hiddenSize),
      });
      return {
        attentionNorm: layerNormRole(`${at}.ln_1`, hiddenSize),
        q: third(0),
        k: third(1),
        v: third(2),
        queryNorm: null,
        keyNorm: null,
        attentionOut: matrix(`${at}.attn.c_proj`, hiddenSize, hiddenSize),
        attentionPostNorm: null,
        mlpNorm: layerNormRole(`${at}.ln_2`, hiddenSize),
        gate: null,
        up: matrix(`${at}.mlp.c_fc`, intermediateSize, hiddenSize),
        down: matrix(`${at}.mlp.c_proj`, hiddenSize, intermediateSize),
        mlpPostNorm: null,
      };
    }),
  };
}
