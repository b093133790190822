import type { PrefillMethod } from '../method';

/**
 * BlockRank's mask (arXiv 2510.05396): the instruction before the first document and the question see
 * everything before them; a document sees the instruction and itself. Tokens keep their places in the text:
 * the authors let every document start right after the instruction and set the question 16384 further on.
 */
export function documents(): PrefillMethod {
  return ({ start, parts }) =>
    (_head, row, position) => {
      const query = start + row;
      const own = parts.documents.findLast((begin) => begin <= query);
      if (own === undefined || query >= parts.context) return true;
      return position < parts.documents[0] || position >= own;
    };
}
