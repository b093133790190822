import type { ModelConfig } from '../config';
import { type LinearRole, type ModelRoles, type Source, whole } from '../roles';
import { describeDecoder, layerNormRole, linear } from './decoder';
import type { Family } from './family';

const ACTIVATIONS = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  silu: 'silu',
} as const;

/** GPT-NeoX and Pythia: partial rotation, attention and MLP side by side (arXiv 2204.06745, 2304.01373). */
export const gptNeox: Family = {
  architecture: 'GPTNeoXForCausalLM',
  describe(fields) {
    const attention = fields.flag('attention_bias', true);
    const config = describeDecoder('gpt_neox', fields, {
      contextLength: 2048,
      eps: 1e-6,
      theta: 10_000,
      tied: false,
      bosId: null,
      eosId: 0,
      rotaryShare: 0.25,
      activation: fields.choice('hidden_act', ACTIVATIONS, 'gelu'),
    });
    if (config.kvHeads !== config.heads) {
      fields.unsupported('num_key_value_heads', `${config.heads}`, config.kvHeads);
    }
    return {
      ...config,
      norm: { kind: 'layer', eps: fields.positive('layer_norm_eps', 1e-5), offset: 0 },
      parallelResidual: fields.flag('use_parallel_residual', true),
      gated: false,
      biases: { qkv: attention, attentionOut: attention, mlp: true },
      // The file names one, and its tokenizer puts none before a text.
      bosId: null,
    };
  },
  roles,
  prefixes: [['gpt_neox.', '']],
};

function roles(config: ModelConfig): ModelRoles {
  const { hiddenSize, intermediateSize, vocabSize, heads, headDim, biases } = config;
  const embedding = whole('embed_in.weight', [vocabSize, hiddenSize]);
  return {
    embedding,
    positions: null,
    finalNorm: layerNormRole('final_layer_norm', hiddenSize),
    output: config.tiedEmbeddings ? embedding : whole('embed_out.weight', [vocabSize, hiddenSize]),
    layers: Array.from({ length: config.layers }, (_, layer) => {
      const at = `layers.${layer}`;
      const fused = linear(
        `${at}.attention.query_key_value`,
        3 * heads * headDim,
        hiddenSize,
        biases.qkv,
      );
      // Head after head, each with its query, key and value.
      const every = (source: Source, index: number): Source => ({
        ...source,
        rows: heads * headDim,
        from: index * headDim,
        block: headDim,
        stride: 3 * headDim,
      });
      const third = (index: number): LinearRole => ({
        weight: every(fused.weight, index),
        bias: fused.bias && every(fused.bias, index),
      });
      return {
        attentionNorm: layerNormRole(`${at}.input_layernorm`, hiddenSize),
        q: third(0),
        k: third(1),
        v: third(2),
        queryNorm: null,
        keyNorm: null,
        attentionOut: linear(
          `${at}.attention.dense`,
          hiddenSize,
          heads * headDim,
          biases.attentionOut,
        ),
        attentionPostNorm: null,
        mlpNorm: layerNormRole(`${at}.post_attention_layernorm`, hiddenSize),
        gate: null,
        up: linear(`${at}.mlp.dense_h_to_4h`, intermediateSize, hiddenSize, biases.mlp),
        down: linear(`${at}.mlp.dense_4h_to_h`, hiddenSize, intermediateSize, biases.mlp),
        mlpPostNorm: null,
      };
    }),
  };
}
