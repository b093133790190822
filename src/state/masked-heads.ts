import type { HeadRef } from '../engine/strategy';
import type { AxisChoice } from '../strategies/registry';
import { parseHeads } from '../strategies/schema';
import { headMask } from '../strategies/score/head-mask';
import { softmax } from '../strategies/score/softmax';

/** The heads that a score rule switches off. */
export function maskedHeads(score: AxisChoice): HeadRef[] {
  return score.id === headMask.id ? parseHeads(String(score.values.heads ?? '')) : [];
}

/** The score rule with one head more, or one less; without any it is the plain softmax again. */
export function toggledHead(score: AxisChoice, wanted: HeadRef): AxisChoice {
  const masked = maskedHeads(score);
  const others = masked.filter((head) => !sameHead(head, wanted));
  const next = others.length === masked.length ? [...masked, wanted] : others;
  if (next.length === 0) return { id: softmax.id, values: {} };
  const heads = next
    .sort((a, b) => a.layer - b.layer || a.head - b.head)
    .map(({ layer, head }) => `${layer}.${head}`)
    .join(',');
  return { id: headMask.id, values: { heads } };
}

export function sameHead(a: HeadRef, b: HeadRef): boolean {
  return a.layer === b.layer && a.head === b.head;
}
