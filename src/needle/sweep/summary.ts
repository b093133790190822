import { wilson } from './interval';
import { cellKey, sampleKey } from './order';
import type {
  CellSummary,
  SampleMeans,
  SampleOutcome,
  SampleResult,
  StrategySummary,
  SweepPlan,
  Tally,
} from './plan';

/** Every cell of the grid, in the order strategy, length, depth. */
export function summariseCells(plan: SweepPlan, outcomes: SampleOutcome[]): CellSummary[] {
  const byCell = groupBy(latest(outcomes), cellKey);
  return plan.strategies.flatMap((_, strategy) =>
    plan.lengths.flatMap((length) =>
      plan.depths.map((depth) => {
        const cell = { strategy, length, depth };
        return { ...cell, planned: plan.samples, ...tally(byCell.get(cellKey(cell)) ?? []) };
      }),
    ),
  );
}

/** Every strategy, over all its cells. */
export function summariseStrategies(plan: SweepPlan, outcomes: SampleOutcome[]): StrategySummary[] {
  const byStrategy = groupBy(latest(outcomes), ({ strategy }) => String(strategy));
  const planned = plan.lengths.length * plan.depths.length * plan.samples;
  return plan.strategies.map((_, strategy) => ({
    strategy,
    planned,
    ...tally(byStrategy.get(String(strategy)) ?? []),
  }));
}

/** One outcome a sample: what came last counts. */
export function latest(outcomes: SampleOutcome[]): SampleOutcome[] {
  return [...new Map(outcomes.map((outcome) => [sampleKey(outcome), outcome])).values()];
}

function tally(outcomes: SampleOutcome[]): Tally {
  const results = outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result] : []));
  const failures = outcomes.flatMap((outcome) => ('trouble' in outcome ? [outcome.trouble] : []));
  const done = results.length;
  const wrong = results.filter(({ correct }) => !correct);
  const correct = done - wrong.length;
  const cannot = wrong.filter(({ held }) => held === 1).length;
  return {
    done,
    correct,
    accuracy: done === 0 ? null : correct / done,
    interval: wilson(correct, done),
    lost: wrong.length - cannot,
    cannot,
    failed: failures.length,
    trouble: failures[0] ?? null,
    mean: done === 0 ? null : meansOf(results),
  };
}

function meansOf(results: SampleResult[]): SampleMeans {
  const mean = (of: (result: SampleResult) => number) =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  const steps = results.reduce((sum, { generated }) => sum + Math.max(0, generated - 1), 0);
  const decodeMs = results.reduce((sum, result) => sum + result.decodeMs, 0);
  return {
    score: mean(({ score }) => score),
    realisedDepth: mean(({ realisedDepth }) => realisedDepth),
    held: mean(({ held }) => held),
    kvBytes: mean(({ kvBytes }) => kvBytes.end),
    peakBytes: mean(({ kvBytes }) => kvBytes.peak),
    denseBytes: mean(({ kvBytes }) => kvBytes.dense),
    density: mean(({ density }) => density),
    prefillMs: mean(({ prefillMs }) => prefillMs),
    stepMs: steps === 0 ? null : decodeMs / steps,
  };
}

function groupBy<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
