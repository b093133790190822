import { firstDifference } from '../needle/first-difference';
import { completeChoice } from '../strategies/registry';
import { troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi, RunResult } from '../worker/protocol';
import {
  beginComparison,
  type Comparison,
  counterpartOf,
  isComparing,
  isRunOf,
} from './comparison';
import { isReadyToRun } from './engine-use';
import type { PageActions } from './page-actions';
import type { PageState, PageStore } from './page-store';

export interface CompareActions {
  /**
   * Runs the prompt under the second strategy beside the run on screen, and measures how far they are apart. Runs
   * the present setup first where it is not the one on screen, and chooses a second strategy where there is none.
   */
  compare(): Promise<void>;
  /** Puts the second strategy and its run away. */
  endComparison(): void;
}

export function createCompareActions(
  engine: Pick<EngineApi, 'compare' | 'divergence' | 'endComparison'>,
  { getState, setState }: PageStore,
  { run, fold, report }: Pick<PageActions, 'run' | 'fold' | 'report'>,
): CompareActions {
  const change = (news: Partial<Comparison>) =>
    setState(({ comparison }) => ({ comparison: comparison && { ...comparison, ...news } }));

  async function compare() {
    const { folded } = getState();
    if (!isReadyToRun(getState()) || isComparing(getState())) return;
    setState(({ setup }) => ({
      setup: { ...setup, compared: setup.compared ?? counterpartOf(setup.strategy) },
    }));
    if (folded.includes('compare')) fold('compare');
    report('compare', null);
    if (!isRunOf(getState())) await run();
    // It failed, or was stopped: there is nothing to compare with.
    if (!isRunOf(getState())) return;
    setState(beginIn(getState()));
    try {
      const second = getState().comparison?.strategy;
      if (second) await answerAndMeasure(completeChoice(second));
    } catch (error) {
      report('compare', troubleOf(error));
    }
    change({ phase: 'over' });
    setState({ activity: 'idle' });
  }

  async function answerAndMeasure(second: Comparison['strategy']) {
    const result = unwrap(await engine.compare(second, getState().calibration));
    const { run: shown, comparison } = getState();
    if (!shown || !comparison) return;
    change({ report: { ...comparison.report, result }, ...divergenceTo(shown.result, result) });
    if (result.stopReason !== 'stopped') change({ divergence: unwrap(await engine.divergence()) });
  }

  return {
    compare,
    endComparison() {
      setState(({ setup }) => ({ setup: { ...setup, compared: null }, comparison: null }));
      report('compare', null);
      void engine.endComparison();
    },
  };
}

function beginIn({ run, setup }: PageState): Partial<PageState> {
  return run && setup.compared ? { comparison: beginComparison(run, setup.compared) } : {};
}

/** What is known of it before anything is measured. */
function divergenceTo(
  shown: RunResult | null,
  { generated }: RunResult,
): Pick<Comparison, 'phase' | 'divergence'> {
  const first = shown?.generated ?? [];
  return {
    phase: 'measuring',
    divergence: {
      firstDifference: firstDifference(first, generated),
      answerTokens: first.length,
      steps: [],
    },
  };
}
