import { documents } from '../../reference/methods/prefill/documents';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: () => ({ prefill: documents() }),
  small: {},
  // The documents come with the prompt.
  full: null,
};
