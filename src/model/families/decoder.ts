/** What the families that follow Llama share: names of fields, and names of tensors. */
import type { Activation, ModelConfig } from '../config';
import type { Fields } from '../fields';
import { type LinearRole, type ModelRoles, type NormRole, whole } from '../roles';
import { readPositions } from './rope-fields';

/** What an absent field stands for, as in transformers; without a value the field must be there. */
export interface Defaults {
  vocabSize?: number;
  hiddenSize?: number;
  intermediateSize?: number;
  layers?: number;
  heads?: number;
  kvHeads?: number;
  headDim?: number;
  contextLength: number;
  eps: number;
  theta: number;
  tied: boolean;
  bosId: number | null;
  eosId: number | null;
  /** Share of a head's dimensions that is rotated; all where it is left out. */
  rotaryShare?: number;
  /** As the file says, by its words in the family; without it the file must say SiLU. */
  activation?: Activation;
}

const SILU = { silu: 'silu', swish: 'silu' } as const;

/** The description of a Llama; a family overwrites what it has otherwise. */
export function describeDecoder(family: string, fields: Fields, defaults: Defaults): ModelConfig {
  const hiddenSize = fields.size('hidden_size', 'hidden', defaults.hiddenSize);
  const heads = fields.size('num_attention_heads', 'heads', defaults.heads);
  const kvHeads = fields.size('num_key_value_heads', 'heads', defaults.kvHeads ?? heads);
  if (heads % kvHeads !== 0) {
    fields.damaged('num_key_value_heads', `a divisor of num_attention_heads (${heads})`, kvHeads);
  }
  const headDim = fields.size('head_dim', 'headDim', defaults.headDim ?? hiddenSize / heads);
  if (headDim % 4 !== 0) fields.unsupported('head_dim', 'a multiple of 4', headDim);
  const vocabSize = fields.size('vocab_size', 'vocab', defaults.vocabSize);
  const trained = fields.size('max_position_embeddings', 'positions', defaults.contextLength);
  const { positions, contextLength } = readPositions(fields, {
    headDim,
    trained,
    theta: defaults.theta,
    share: defaults.rotaryShare ?? 1,
  });
  return {
    family,
    vocabSize,
    hiddenSize,
    intermediateSize: fields.size('intermediate_size', 'intermediate', defaults.intermediateSize),
    layers: fields.size('num_hidden_layers', 'layers', defaults.layers),
    heads,
    kvHeads,
    headDim,
    contextLength,
    norm: { kind: 'rms', eps: fields.positive('rms_norm_eps', defaults.eps), offset: 0 },
    postNorms: false,
    queryKeyNorm: false,
    parallelResidual: false,
    activation: defaults.activation ?? fields.choice('hidden_act', SILU, 'silu'),
    gated: true,
    biases: { qkv: false, attentionOut: false, mlp: false },
    positions,
    local: null,
    scoreScale: 1 / Math.sqrt(headDim),
    scoreCap: null,
    logitCap: null,
    embeddingScale: 1,
    tiedEmbeddings: fields.flag('tie_word_embeddings', defaults.tied),
    bosId: fields.tokenIds('bos_token_id', defaults.bosId, vocabSize)[0] ?? null,
    eosIds: fields.tokenIds('eos_token_id', defaults.eosId, vocabSize),
  };
}

/** Which layers are local: as `layer_types` says where it is there. */
export function localLayers(fields: Fields, layers: number, missing: (layer: number) => boolean) {
  const types = fields.value('layer_types');
  if (types === undefined) return Array.from({ length: layers }, (_, layer) => missing(layer));
  if (!Array.isArray(types) || types.length !== layers) {
    return fields.damaged('layer_types', `${layers} names`, types);
  }
  return types.map((type: unknown) => {
    if (type !== 'sliding_attention' && type !== 'full_attention') {
      return fields.unsupported('layer_types', '"full_attention" or "sliding_attention"', type);
    }
    return type === 'sliding_attention';
  });
}

/** The tensors of a Llama and of what extends it by biases and norms of queries and keys. */
export function decoderRoles(config: ModelConfig): ModelRoles {
  const { hiddenSize, intermediateSize, vocabSize, headDim, biases } = config;
  const queries = config.heads * headDim;
  const keys = config.kvHeads * headDim;
  const embedding = whole('model.embed_tokens.weight', [vocabSize, hiddenSize]);
  return {
    embedding,
    positions: null,
    finalNorm: normRole('model.norm', hiddenSize),
    output: config.tiedEmbeddings ? embedding : whole('lm_head.weight', [vocabSize, hiddenSize]),
    layers: Array.from({ length: config.layers }, (_, layer) => {
      const at = `model.layers.${layer}`;
      const headNorm = (name: string) =>
        config.queryKeyNorm ? normRole(`${at}.self_attn.${name}`, headDim) : null;
      const norm = (name: string) => normRole(`${at}.${name}`, hiddenSize);
      const { qkv, attentionOut, mlp } = biases;
      // Where each half ends with a norm, the one before the MLP has another name.
      const mlpNorm = config.postNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm';
      return {
        attentionNorm: norm('input_layernorm'),
        q: linear(`${at}.self_attn.q_proj`, queries, hiddenSize, qkv),
        k: linear(`${at}.self_attn.k_proj`, keys, hiddenSize, qkv),
        v: linear(`${at}.self_attn.v_proj`, keys, hiddenSize, qkv),
        queryNorm: headNorm('q_norm'),
        keyNorm: headNorm('k_norm'),
        attentionOut: linear(`${at}.self_attn.o_proj`, hiddenSize, queries, attentionOut),
        attentionPostNorm: config.postNorms ? norm('post_attention_layernorm') : null,
        mlpNorm: norm(mlpNorm),
        gate: linear(`${at}.mlp.gate_proj`, intermediateSize, hiddenSize, mlp),
        up: linear(`${at}.mlp.up_proj`, intermediateSize, hiddenSize, mlp),
        down: linear(`${at}.mlp.down_proj`, hiddenSize, intermediateSize, mlp),
        mlpPostNorm: config.postNorms ? norm('post_feedforward_layernorm') : null,
      };
    }),
  };
}

export function linear(name: string, rows: number, columns: number, bias: boolean): LinearRole {
  return {
    weight: whole(`${name}.weight`, [rows, columns]),
    bias: bias ? whole(`${name}.bias`, [rows]) : null,
  };
}

/** A norm without bias. */
export function normRole(name: string, size: number): NormRole {
  return { weight: whole(`${name}.weight`, [size]), bias: null };
}

/** A norm with bias. */
export function layerNormRole(name: string, size: number): NormRole {
  return { weight: whole(`${name}.weight`, [size]), bias: whole(`${name}.bias`, [size]) };
}
