import { range } from '../decode/range';
import type { MethodShape, PrefillMethod, PrefillView } from '../method';

/** Whether query `row` of the chunk is compared with key `position`, in one head. */
export type HeadMask = (row: number, position: number) => boolean;

/** Chooses the pairs of one query head; what it holds of keys after a query is not used. */
export type HeadMethod = (view: PrefillView, head: number) => HeadMask;

/** The method of all query heads, each choosing for itself. */
export function perHead(shape: MethodShape, method: HeadMethod): PrefillMethod {
  return (view) => {
    const masks = range(0, shape.heads).map((head) => method(view, head));
    return (head, row, position) => masks[head](row, position);
  };
}

export const everyPair: HeadMask = () => true;
