import type { SampleOutcome } from '../../needle/sweep/plan';

/**
 * Outcomes of the prompts that every strategy has answered: only over the same prompts can strategies be compared.
 * @param length only prompts of this length; null: all
 */
export function comparableOutcomes(
  outcomes: SampleOutcome[],
  strategies: number,
  length: number | null,
): SampleOutcome[] {
  const answered = outcomes.filter(
    (outcome) => 'result' in outcome && (length === null || outcome.length === length),
  );
  const counts = new Map<string, number>();
  for (const outcome of answered) {
    counts.set(promptOf(outcome), (counts.get(promptOf(outcome)) ?? 0) + 1);
  }
  return answered.filter((outcome) => counts.get(promptOf(outcome)) === strategies);
}

function promptOf({ length, depth, sample }: SampleOutcome): string {
  return `${length} ${depth} ${sample}`;
}
