/** The whole numbers from `from` up to, not including, `to`; none if `to` is not above `from`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
