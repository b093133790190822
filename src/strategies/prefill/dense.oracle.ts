import type { Oracle } from '../oracle';

export const oracle: Oracle = { reference: () => ({}), small: {}, full: {} };
