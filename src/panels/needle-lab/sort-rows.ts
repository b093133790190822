import type { Cell } from '../parts/export-table';

export interface Order {
  /** Index of the column. */
  column: number;
  falling: boolean;
}

/** Rows by one column; equal ones keep their order, and what is not known comes last either way. */
export function sortRows(rows: Cell[][], { column, falling }: Order): Cell[][] {
  return [...rows].sort((a, b) => {
    const [one, other] = [a[column], b[column]];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    const order =
      typeof one === 'string' || typeof other === 'string'
        ? String(one).localeCompare(String(other))
        : Number(one) - Number(other);
    return falling ? -order : order;
  });
}
