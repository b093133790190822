import type {
  CellSummary,
  SampleOutcome,
  StrategySummary,
  SweepPlan,
} from '../../needle/sweep/plan';
import { latest, summariseCells, summariseStrategies } from '../../needle/sweep/summary';
import { comparableOutcomes } from './comparable';

/** What a sweep says so far, as the charts take it. */
export interface SweepResults {
  /** Every cell, in the order strategy, length, depth. */
  list: CellSummary[];
  /** [strategy][depth][length] */
  grids: CellSummary[][][];
  /** Each over all its own samples. */
  strategies: StrategySummary[];
}

/** @param before of the same plan with fewer outcomes: what is unchanged is taken over, so that it is not drawn again */
export function resultsOf(
  plan: SweepPlan,
  outcomes: SampleOutcome[],
  before: SweepResults | null = null,
): SweepResults {
  const list = summariseCells(plan, outcomes).map((cell, at) => {
    const old = before?.list[at];
    return old && isSameCell(old, cell) ? old : cell;
  });
  const { lengths, depths } = plan;
  const grids = plan.strategies.map((_, strategy) =>
    depths.map((_depth, row) =>
      lengths.map((_length, column) => {
        const at = (strategy * lengths.length + column) * depths.length + row;
        return list[at];
      }),
    ),
  );
  return { list, grids, strategies: summariseStrategies(plan, outcomes) };
}

/**
 * The strategies over the prompts that all of them have answered.
 * @param length only prompts of this length; null: all
 */
export function comparisonOf(
  plan: SweepPlan,
  outcomes: SampleOutcome[],
  length: number | null,
): { summaries: StrategySummary[]; prompts: number } {
  const comparable = comparableOutcomes(latest(outcomes), plan.strategies.length, length);
  return {
    summaries: summariseStrategies(plan, comparable),
    prompts: comparable.length / plan.strategies.length,
  };
}

/** Outcomes only ever come in addition, so a cell with as many is the same cell. */
function isSameCell(a: CellSummary, b: CellSummary): boolean {
  return a.done === b.done && a.failed === b.failed && a.planned === b.planned;
}
