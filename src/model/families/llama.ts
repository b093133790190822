import { decoderRoles, describeDecoder } from './decoder';
import type { Family } from './family';

/** Llama 2, 3, 3.1, 3.2, and what follows them: TinyLlama, SmolLM, SmolLM2 (Touvron et al., arXiv 2302.13971). */
export const llama: Family = {
  architecture: 'LlamaForCausalLM',
  describe(fields) {
    const attention = fields.flag('attention_bias');
    return {
      ...describeDecoder('llama', fields, {
        contextLength: 2048,
        eps: 1e-6,
        theta: 10_000,
        tied: false,
        bosId: 1,
        eosId: 2,
      }),
      biases: { qkv: attention, attentionOut: attention, mlp: fields.flag('mlp_bias') },
    };
  },
  roles: decoderRoles,
  prefixes: [],
};
