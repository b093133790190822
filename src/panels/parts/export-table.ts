/** Numbers of a panel: what a spreadsheet or a script reads. */
export interface Table {
  /** Names with their unit where they have one: `kv_bytes`, `prefill_ms`. */
  columns: string[];
  /** As many cells a row as there are columns; null: not known. */
  rows: Cell[][];
}

export type Cell = string | number | boolean | null;

/** A table as RFC 4180 has it: a line of names, then a line a row; an unknown cell is empty. */
export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** A table as one object a row. */
export function recordsOf({ columns, rows }: Table): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
}

/** JSON for files: arrays of numbers of any type are lists. */
export function jsonOf(value: unknown): string {
  const plain = (_key: string, part: unknown) =>
    ArrayBuffer.isView(part) ? Array.from(part as Float32Array) : part;
  return `${JSON.stringify(value, plain)}\n`;
}

/** A name that every file system takes: words joined by hyphens, parts by underscores. */
export function fileName(parts: string[], ending: string): string {
  const plain = parts.map((part) =>
    part
      .toLowerCase()
      .replace(/[^a-z0-9.+]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, ''),
  );
  return `${['needlescope', ...plain.filter((part) => part !== '')].join('_')}.${ending}`;
}

function csvCell(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
