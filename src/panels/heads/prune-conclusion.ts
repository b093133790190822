import type { PruneArm } from '../../state/prune-experiment';

/** What the three answers say about the first heads, in one sentence. */
export function pruneConclusion(arms: PruneArm[]): string {
  const [baseline, top, random] = arms.map(({ answer }) => answer);
  if (!baseline || !top || !random) return '';
  const isKept = (answer: typeof top) =>
    baseline.correct === null ? answer.answer === baseline.answer : answer.correct === true;
  if (baseline.correct === false) {
    return 'The answer was not found with all heads at work, so nothing can be lost. Try another prompt.';
  }
  if (isKept(top)) {
    return isKept(random)
      ? 'The answer stays without either. Prune more heads, or rank them by another score.'
      : 'The answer needs some of the random heads, and none of the first. Try another seed.';
  }
  return isKept(random)
    ? 'Without the first heads the answer is lost, without as many others it stays: it needs those heads.'
    : 'The answer is lost without either, so this says little about the first heads. Prune fewer.';
}
