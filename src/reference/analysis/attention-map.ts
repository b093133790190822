/** One head's attention map: for each row the weights of the keys that it saw, by position. */
export type AttentionMap = ReadonlyMap<number, number>[];

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
