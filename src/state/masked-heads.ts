import type { HeadRef } from '../engine/strategy';
import type { AxisChoice } from '../strategies/registry';
import { parseHeads } from '../strategies/schema';
import { headMask } from '../strategies/score/head-mask';
import { softmax } from '../strategies/score/softmax';

/** The heads that a score rule switches off. */
export function maskedHeads(score: AxisChoice): HeadRef[] {
  return score.id === headMask.id ? parseHeads(String(score.values.heads ?? '')) : [];
}

/** The score rule that switches these heads off; without any it is the plain softmax. */
export function maskOf(masked: HeadRef[]): AxisChoice {
  if (masked.length === 0) return { id: softmax.id, values: {} };
  const heads = masked
    .toSorted((a, b) => a.layer - b.layer || a.head - b.head)
    .map(({ layer, head }) => `${layer}.${head}`);
  return { id: headMask.id, values: { heads: [...new Set(heads)].join(',') } };
}

/** The score rule with one head more, or one less. */
export function toggledHead(score: AxisChoice, wanted: HeadRef): AxisChoice {
  const masked = maskedHeads(score);
  const others = masked.filter((head) => !sameHead(head, wanted));
  return maskOf(others.length === masked.length ? [...masked, wanted] : others);
}

export function sameHead(a: HeadRef, b: HeadRef): boolean {
  return a.layer === b.layer && a.head === b.head;
}
