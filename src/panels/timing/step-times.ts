/** Milliseconds of each decode step, from the running total that comes with every token. */
export function stepTimes(generated: { decodeMs: number }[]): number[] {
  return generated.slice(1).map(({ decodeMs }, index) => decodeMs - generated[index].decodeMs);
}
