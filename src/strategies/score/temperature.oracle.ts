import { temperature } from '../../reference/methods/score/temperature';
import type { Oracle } from '../oracle';

export const oracle: Oracle = {
  reference: (values) => ({ score: temperature({ temperature: Number(values.temperature) }) }),
  small: { temperature: 0.7 },
  full: { temperature: 1 },
};
