import { promptOf } from '../../needle/sweep/order';
import type { SampleId, SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import type { Setup } from '../../state/setup';

/** What the page must be set to so that Run asks the same prompt under the same strategy again. */
export function setupOfSample(plan: SweepPlan, id: SampleId): Partial<Setup> {
  const { haystack, length, depth, seed, task } = promptOf(plan, id);
  return {
    haystack,
    wholeText: false,
    task: task ?? null,
    numbers: { length: length ?? id.length, depth, seed, maxTokens: plan.maxTokens },
    strategy: structuredClone(plan.strategies[id.strategy].choice),
  };
}

/** The sample of a cell that says most about why it fails: the first wrong one, else the first. */
export function tellingSample(samples: SampleOutcome[]): SampleOutcome | undefined {
  const inOrder = samples.toSorted((a, b) => a.sample - b.sample);
  return inOrder.find((one) => 'result' in one && !one.result.correct) ?? inOrder[0];
}
