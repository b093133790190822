import type { ScoreMethod } from '../method';
import type { HeadRef } from './listed-heads';

export interface HeadMaskValues {
  /** Heads whose output is replaced by zero. */
  heads: HeadRef[];
}

export function headMask({ heads }: HeadMaskValues): ScoreMethod {
  return { maskedHeads: heads };
}
