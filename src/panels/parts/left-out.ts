/** Why queries left out a key that was there: the prompt and the answer are read by different rules. */
export function whyLeftOut([from, to]: [number, number], promptLength: number): string {
  if (to <= promptLength) return 'left out by the prefill pattern';
  if (from < promptLength) return 'left out by the prefill pattern and by decode steps';
  return to - from === 1 ? 'not read by this decode step' : 'not read by these decode steps';
}
