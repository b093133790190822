import { bisector } from 'd3';
import type { TrainingPanel } from '../../worker/protocol';

const byTokens = bisector<[number, number], number>(([seen]) => seen);

/** The value that a curve had last when so many tokens were seen; null before its first one. */
export function valueAt(
  { points }: TrainingPanel['curves'][number],
  tokens: number,
): number | null {
  const after = byTokens.right(points, tokens);
  return after > 0 ? points[after - 1][1] : null;
}
