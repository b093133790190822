import type { PromptSpec } from '../prompt-spec';
import { seedOf } from '../random';
import type { SampleId, SweepPlan } from './plan';

/** One of the machines that share a sweep: `index` from 0, of `count`. */
export interface Shard {
  index: number;
  count: number;
}

/**
 * All samples of a plan, in the order in which they are asked. Every cell gets its first sample before any gets
 * its second; among the first samples, the corners of the grid come first, then what lies halfway between, so
 * that a sweep stopped early shows the whole grid coarsely. Each prompt is asked under every strategy before the
 * next prompt, so that strategies are always compared on the same prompts.
 * @param shard only its part: whole prompts in turn, so that one machine times all strategies of a prompt
 */
export function samplesOf(plan: SweepPlan, shard: Shard = { index: 0, count: 1 }): SampleId[] {
  const lengthLevels = refinementLevels(plan.lengths.length);
  const depthLevels = refinementLevels(plan.depths.length);
  const cells = plan.lengths
    .flatMap((length, i) =>
      plan.depths.map((depth, j) => ({
        length,
        depth,
        level: Math.max(lengthLevels[i], depthLevels[j]),
      })),
    )
    .sort((a, b) => a.level - b.level || a.length - b.length || a.depth - b.depth);
  const prompts = Array.from({ length: plan.samples }, (_, sample) =>
    cells.map(({ length, depth }) => ({ length, depth, sample })),
  ).flat();
  return prompts
    .filter((_, i) => i % shard.count === shard.index)
    .flatMap((prompt) => plan.strategies.map((_, strategy) => ({ strategy, ...prompt })));
}

/** For each of `count` steps of an axis, the round of halving that reaches it: 0 the two ends, 1 the middle, … */
export function refinementLevels(count: number): number[] {
  const levels = Array.from({ length: count }, () => 0);
  const halve = (from: number, to: number, level: number) => {
    if (to - from < 2) return;
    const middle = Math.floor((from + to) / 2);
    levels[middle] = level;
    halve(from, middle, level + 1);
    halve(middle, to, level + 1);
  };
  halve(0, count - 1, 1);
  return levels;
}

/**
 * The prompt of a sample. Its seed depends on the plan's seed, length, depth and number of the sample, and on
 * nothing else: every strategy gets the same prompt, and another grid does not change it.
 */
export function promptOf(plan: SweepPlan, { length, depth, sample }: SampleId): PromptSpec {
  return {
    haystack: plan.haystack,
    length,
    depth,
    needle: '',
    question: '',
    expected: '',
    seed: seedOf('sample', plan.seed, length, depth, sample),
    task: plan.task,
  };
}

/** Tells cells of a plan apart. */
export function cellKey({ strategy, length, depth }: Omit<SampleId, 'sample'>): string {
  return `${strategy}/${length}/${depth}`;
}

/** Tells samples of a plan apart. */
export function sampleKey(id: SampleId): string {
  return `${cellKey(id)}/${id.sample}`;
}
