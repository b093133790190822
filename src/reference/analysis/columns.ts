/** What single keys get: the columns of an attention map. */
import { type AttentionMap, mean } from './attention-map';

export interface Column {
  /** Mean weight over the rows that saw the key; NaN where none did (α of Gu et al., arXiv 2410.10781). */
  mean: number;
  rows: number;
}

export function columnsOf(map: AttentionMap): Column[] {
  return map.map((_, key) => {
    const weights = map.flatMap((row) => row.get(key) ?? []);
    return { mean: mean(weights), rows: weights.length };
  });
}

/** Positions whose mean is above the threshold, the first such position excepted (ACT, arXiv 2406.15765). */
export function hiddenSinks(columns: Column[], threshold: number): number[] {
  const above = [...columns.keys()].filter((key) => columns[key].mean > threshold);
  return above.slice(1);
}
