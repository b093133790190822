import { decoderRoles, describeDecoder, localLayers } from './decoder';
import type { Family } from './family';

/** Mistral 7B and its kin: a Llama whose layers may all be local (Jiang et al., arXiv 2310.06825). */
export const mistral: Family = {
  architecture: 'MistralForCausalLM',
  describe(fields) {
    const config = describeDecoder('mistral', fields, {
      kvHeads: 8,
      contextLength: 131_072,
      eps: 1e-6,
      theta: 10_000,
      tied: false,
      bosId: 1,
      eosId: 2,
    });
    const window = fields.window('sliding_window', 4096);
    const layers = localLayers(fields, config.layers, () => true);
    return { ...config, local: window === null ? null : { layers, window, rotation: null } };
  },
  roles: decoderRoles,
  prefixes: [],
};
