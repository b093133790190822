import type { ModelConfig } from '../config';
import { type ModelRoles, part, whole } from '../roles';
import { decoderRoles, describeDecoder } from './decoder';
import type { Family } from './family';

/** Phi-3, 3.5 and 4-mini: a Llama with fused projections and stretched positions (arXiv 2404.14219). */
export const phi3: Family = {
  architecture: 'Phi3ForCausalLM',
  describe(fields) {
    const config = describeDecoder('phi3', fields, {
      contextLength: 4096,
      eps: 1e-5,
      theta: 10_000,
      tied: false,
      bosId: 1,
      eosId: 32_000,
    });
    fields.only('attention_bias', false);
    const window = fields.window('sliding_window', null);
    const layers = Array<boolean>(config.layers).fill(true);
    return { ...config, local: window === null ? null : { layers, window, rotation: null } };
  },
  roles: fusedRoles,
  prefixes: [],
};

function fusedRoles(config: ModelConfig): ModelRoles {
  const { hiddenSize, intermediateSize, headDim, heads, kvHeads } = config;
  const plain = decoderRoles(config);
  const queries = heads * headDim;
  const keys = kvHeads * headDim;
  return {
    ...plain,
    layers: plain.layers.map((layer, index) => {
      const at = `model.layers.${index}`;
      const qkv = whole(`${at}.self_attn.qkv_proj.weight`, [queries + 2 * keys, hiddenSize]);
      const gateUp = whole(`${at}.mlp.gate_up_proj.weight`, [2 * intermediateSize, hiddenSize]);
      return {
        ...layer,
        q: { weight: part(qkv, 0, queries), bias: null },
        k: { weight: part(qkv, queries, keys), bias: null },
        v: { weight: part(qkv, queries + keys, keys), bias: null },
        gate: { weight: part(gateUp, 0, intermediateSize), bias: null },
        up: { weight: part(gateUp, intermediateSize, intermediateSize), bias: null },
      };
    }),
  };
}
