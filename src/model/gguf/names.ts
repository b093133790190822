/** What the tensors of a GGUF file are called in Hugging Face checkpoints, and how their rows differ. */

/** How the values of a tensor are laid out otherwise than in the Hugging Face checkpoint. */
export type Layout =
  | 'same'
  /** Rows of each head: the two halves that rotate with each other are interleaved. */
  | 'interleaved'
  /** Queries, keys and values of all heads below each other, instead of head by head. */
  | 'by part'
  /** 1 is added. */
  | 'plus one';

export interface TensorName {
  name: string;
  layout: Layout;
}

const DECODER = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
  layer: 'model.layers',
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};
const HEAD_NORMS = { attn_q_norm: 'self_attn.q_norm', attn_k_norm: 'self_attn.k_norm' };
const GEMMA = {
  ...DECODER,
  post_attention_norm: 'post_attention_layernorm',
  ffn_norm: 'pre_feedforward_layernorm',
  post_ffw_norm: 'post_feedforward_layernorm',
};
const { attn_q: _q, attn_k: _k, attn_v: _v, ffn_gate: _gate, ...FUSED } = DECODER;

export const TENSOR_NAMES: Record<string, Record<string, string>> = {
  llama: DECODER,
  qwen2: DECODER,
  qwen3: { ...DECODER, ...HEAD_NORMS },
  gemma2: GEMMA,
  gemma3: { ...GEMMA, ...HEAD_NORMS },
  phi3: { ...FUSED, attn_qkv: 'self_attn.qkv_proj', ffn_up: 'mlp.gate_up_proj' },
  gpt2: {
    token_embd: 'wte',
    position_embd: 'wpe',
    output_norm: 'ln_f',
    output: 'lm_head',
    layer: 'h',
    attn_norm: 'ln_1',
    attn_qkv: 'attn.c_attn',
    attn_output: 'attn.c_proj',
    ffn_norm: 'ln_2',
    ffn_up: 'mlp.c_fc',
    ffn_down: 'mlp.c_proj',
  },
  gptneox: {
    token_embd: 'embed_in',
    output_norm: 'final_layer_norm',
    output: 'embed_out',
    layer: 'layers',
    attn_norm: 'input_layernorm',
    attn_qkv: 'attention.query_key_value',
    attn_output: 'attention.dense',
    ffn_norm: 'post_attention_layernorm',
    ffn_up: 'mlp.dense_h_to_4h',
    ffn_down: 'mlp.dense_4h_to_h',
  },
};

/** Tensors that say something about positions, and are read with the metadata. */
export const POSITION_TENSORS = [
  'rope_freqs.weight',
  'rope_factors_long.weight',
  'rope_factors_short.weight',
];

/** @returns null for a tensor that models of this architecture do not have */
export function tensorName(architecture: string, ggufName: string): TensorName | null {
  const names = TENSOR_NAMES[architecture];
  const found = /^(?:blk\.(\d+)\.)?([a-z_]+)\.(weight|bias)$/.exec(ggufName);
  if (!found || !names) return null;
  const [, layer, part, kind] = found;
  if (!Object.hasOwn(names, part) || part === 'layer') return null;
  const place = layer === undefined ? '' : `${names.layer}.${layer}.`;
  return { name: `${place}${names[part]}.${kind}`, layout: layoutOf(architecture, part) };
}

function layoutOf(architecture: string, part: string): Layout {
  if (architecture === 'llama' && (part === 'attn_q' || part === 'attn_k')) return 'interleaved';
  if (architecture.startsWith('gemma') && part.endsWith('norm')) return 'plus one';
  if (architecture === 'gptneox' && part === 'attn_qkv') return 'by part';
  return 'same';
}

/**
 * Which row of a GGUF tensor is row `row` of the Hugging Face one.
 * @param headDim rows of one head
 * @param heads heads of the model
 */
export function ggufRow(layout: Layout, row: number, headDim: number, heads: number): number {
  const within = row % headDim;
  if (layout === 'interleaved') {
    const half = headDim / 2;
    return row - within + 2 * (within % half) + Math.floor(within / half);
  }
  if (layout === 'by part') {
    const block = Math.floor(row / headDim);
    return ((block % 3) * heads + Math.floor(block / 3)) * headDim + within;
  }
  return row;
}
