/** A query head, counted from 0. */
export interface HeadRef {
  layer: number;
  head: number;
}

/** Whether the list names the head; an empty list names all. */
export function isListed(heads: HeadRef[], layer: number, head: number): boolean {
  return heads.length === 0 || heads.some((h) => h.layer === layer && h.head === head);
}
