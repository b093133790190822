import { presetOf } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import type { Divergence, EngineEvent, RunEvent } from '../worker/protocol';
import type { MapSubject, PageState, RunView } from './page-store';
import { emptyReport, newsOf, type RunReport } from './run-report';
import { promptSpecOf, type Setup } from './setup';

/** Positions that a run held at its end, per layer and KV head, [layers * kvHeads]. */
export type KeptSets = Uint32Array[];

/** The prompt of the run on screen under a second strategy, and how far the two are apart. */
export interface Comparison {
  /** The run on screen when it was made; beside another one it is not shown. */
  runId: number;
  strategy: StrategyChoice;
  /** 'measuring': the second answer is there, and how far they are apart is measured. */
  phase: 'answering' | 'measuring' | 'over';
  report: RunReport;
  /** How far the measuring is, in tokens; null: it needs no further reading. */
  progress: { done: number; total: number } | null;
  /** While it is measured only `steps` grow. */
  divergence: Divergence | null;
  /** What the two runs kept; null until looked up. */
  kept: { run: KeptSets; compared: KeptSets } | null;
}

/** The comparison with the run on screen. */
export function shownComparison({ comparison, run }: PageState): Comparison | null {
  return comparison !== null && comparison.runId === run?.id ? comparison : null;
}

/** Whose weights the map shows now: of another run only where there is one. */
export function mapSubject(state: PageState): MapSubject {
  return shownComparison(state)?.report.result ? state.mapOf : 'run';
}

export function isComparing({ comparison }: PageState): boolean {
  return comparison !== null && comparison.phase !== 'over';
}

/** What one would first compare with: full attention; with full attention the cache that only streams. */
export function counterpartOf(choice: StrategyChoice): StrategyChoice {
  const dense = presetOf('dense').choice;
  return structuredClone(same(choice, dense) ? presetOf('streaming-llm').choice : dense);
}

/** Whether the run on screen is the finished one of the present setup. */
export function isRunOf({ run, setup }: PageState): boolean {
  if (!run?.result || run.result.stopReason === 'stopped') return false;
  return (
    same(run.strategy, setup.strategy) &&
    same(run.prompt.spec, promptSpecOf(setup)) &&
    run.maxTokens === Number(setup.numbers.maxTokens)
  );
}

export function beginComparison({ id, prompt }: RunView, strategy: StrategyChoice): Comparison {
  return {
    runId: id,
    strategy,
    phase: 'answering',
    report: emptyReport(prompt.ids.length),
    progress: null,
    divergence: null,
    kept: null,
  };
}

/** The setup of the second run: the first one's, under the other strategy. */
export function comparedSetup(setup: Setup): Setup {
  return { ...setup, strategy: setup.compared ?? setup.strategy };
}

/** News of a comparison; one that this page did not ask for is not shown. */
export function applyComparisonEvent(
  state: PageState,
  event: Extract<EngineEvent, { type: 'compared' | 'divergence' }>,
): Partial<PageState> {
  const { comparison } = state;
  if (!comparison || !isComparing(state)) return {};
  if (event.type === 'compared') return applyComparedEvent(comparison, event.event);
  const { done, total, steps } = event;
  const divergence = comparison.divergence && { ...comparison.divergence, steps };
  return { comparison: { ...comparison, progress: { done, total }, divergence } };
}

function applyComparedEvent(comparison: Comparison, event: RunEvent): Partial<PageState> {
  if (event.type === 'state') return { activity: event.state };
  const { report } = comparison;
  return { comparison: { ...comparison, report: { ...report, ...newsOf(report, event) } } };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
