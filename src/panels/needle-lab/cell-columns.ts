import type { Cell } from '../parts/export-table';
import { formatBytes, formatCount, formatMs, formatPercent } from '../parts/numbers';

/** How a column of the cells' table is shown. */
export interface Column {
  title: string;
  /** What the title leaves out. */
  about?: string;
  /** How a number is shown; absent: as it is. */
  format?(value: number): string;
}

/** By the names that the files have, too. */
const COLUMNS: Record<string, Column> = {
  strategy: { title: 'Strategy' },
  length: { title: 'Length (tokens)', format: formatCount },
  depth: { title: 'Depth (%)' },
  planned: { title: 'Planned', about: 'samples in the cell' },
  done: { title: 'n', about: 'samples that gave an answer' },
  correct: { title: 'Found' },
  accuracy: { title: 'Accuracy', format: formatPercent },
  interval_low: { title: '95 % from', format: formatPercent },
  interval_high: { title: '95 % to', format: formatPercent },
  lost: { title: 'Lost', about: 'wrong, with part of the needle gone from the cache' },
  cannot: { title: 'Cannot', about: 'wrong, though every head held the whole needle' },
  failed: { title: 'Failed', about: 'no result, see trouble' },
  score: { title: 'Score', about: 'mean share of the expected words', format: formatPercent },
  realised_depth: {
    title: 'Real depth (%)',
    about: 'where sentences let the needle in',
    format: (depth) => depth.toFixed(1),
  },
  held: {
    title: 'Needle held',
    about: 'share of its cache entries at the end',
    format: formatPercent,
  },
  kv_bytes: { title: 'Cache', about: 'bytes at the end', format: formatBytes },
  kv_bytes_peak: { title: 'Cache peak', format: formatBytes },
  kv_bytes_dense: { title: 'Keeping all', format: formatBytes },
  density: { title: 'Density', about: 'pairs computed ÷ causal pairs', format: formatPercent },
  prefill_ms: { title: 'Prefill', format: formatMs },
  step_ms: { title: 'Step', about: 'time of a decode step', format: formatMs },
  trouble: { title: 'Trouble' },
};

export function columnOf(name: string): Column {
  return COLUMNS[name] ?? { title: name };
}

export function shownAs(value: Cell, { format }: Column): string {
  if (value === null) return '–';
  return typeof value === 'number' && format ? format(value) : String(value);
}
