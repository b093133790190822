import type { MethodShape, PrefillMethod } from '../method';
import { topIndices } from '../top-k';
import { columnSums, diagonalSums, lastRows } from './last-rows';
import { type HeadMethod, perHead } from './per-head';

export interface VerticalSlashEstimate {
  /** Last queries of the chunk, from whose weights the columns and diagonals are chosen. */
  queries: number;
  /** First columns, always chosen. */
  sinks: number;
  /** Nearest diagonals, always chosen, the main one first. At least 1, or rows could be left without a key. */
  local: number;
}

export interface VerticalSlashValues extends VerticalSlashEstimate {
  /** Columns (keys) that are computed; no fewer than `sinks`. */
  vertical: number;
  /** Diagonals (distances query − key) that are computed; no fewer than `local`. */
  slash: number;
}

/**
 * Vertical-slash (MInference, arXiv 2407.02490): the columns and diagonals that got most weight from the
 * chunk's last queries. Forced ones count within the budgets; a budget below their number is raised to it,
 * as the authors' floors do. Single elements, where the authors' kernel rounds diagonals to blocks.
 */
export function verticalSlash(values: VerticalSlashValues, shape: MethodShape): PrefillMethod {
  return perHead(shape, verticalSlashOfHead(values, shape));
}

export function verticalSlashOfHead(values: VerticalSlashValues, shape: MethodShape): HeadMethod {
  const { queries, sinks, local, vertical, slash } = values;
  return (view, head) => {
    const rows = lastRows(view, head, shape, queries);
    const keys = view.start + view.queries[head].length;
    const columns = best(columnSums(rows, keys), sinks, vertical);
    const diagonals = best(diagonalSums(rows, keys), local, slash);
    return (row, position) => columns.has(position) || diagonals.has(view.start + row - position);
  };
}

/** The `count` best, the first `forced` among them. */
function best(sums: number[], forced: number, count: number): Set<number> {
  const scores = sums.map((sum, index) => (index < forced ? Number.POSITIVE_INFINITY : sum));
  return new Set(topIndices(scores, Math.max(forced, count)));
}
