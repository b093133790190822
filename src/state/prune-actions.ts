import { troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi, ModelInfo, RunEvent } from '../worker/protocol';
import { scoredHeads } from './head-scores';
import { maskedHeads } from './masked-heads';
import type { PageActions } from './page-actions';
import type { PageState, PageStore, RunView } from './page-store';
import {
  type PruneArm,
  type PruneExperiment,
  planPruning,
  pruneObstacle,
  runPruning,
} from './prune-experiment';

export interface PruneActions {
  /**
   * Prunes the first heads by the shown score, then as many random ones, beside the run on screen, which is the
   * baseline and stays.
   */
  prune(): Promise<void>;
}

/** Why nothing can be pruned now; null: it can. */
export function pruneProblem(state: PageState): string | null {
  const { run, model, activity, headView, pruning } = state;
  if (pruning?.state === 'running') return 'The experiment is under way.';
  if (!model || !run?.result) return 'Run the prompt to its end first: that run is the baseline.';
  if (activity !== 'idle') return 'Wait until the run has ended.';
  if (run.result.stopReason === 'stopped')
    return 'The run on screen was stopped. Run it to its end.';
  if (headView.score === 'class') return 'Classes have no order. Colour the heads by a score.';
  const obstacle = pruneObstacle(run.strategy.score);
  if (obstacle !== null) return obstacle;
  const scored = shownScores(state, model);
  if (scored.values === null) return `No ${headView.score} score to rank by. ${scored.missing}`;
  try {
    planOf(state, model, run);
    return null;
  } catch (error) {
    const { what, advice } = troubleOf(error);
    return `${what} ${advice}`;
  }
}

export function createPruneActions(
  engine: Pick<EngineApi, 'compare' | 'endComparison'>,
  { getState, setState }: PageStore,
  report: PageActions['report'],
): PruneActions {
  function change(change: Partial<PruneExperiment>) {
    setState(({ pruning }) => ({ pruning: pruning && { ...pruning, ...change } }));
  }

  function withAnswer(name: PruneArm['name'], answer: PruneArm['answer']) {
    const arms = getState().pruning?.arms ?? [];
    change({ arms: arms.map((arm) => (arm.name === name ? { ...arm, answer } : arm)) });
  }

  async function prune() {
    const state = getState();
    const { run, model, headView, calibration } = state;
    if (!model || !run?.result || pruneProblem(state) !== null) return;
    report('run', null);
    const plan = planOf(state, model, run);
    const { answer, correct } = run.result;
    setState({
      // Its run takes the place of the one that was compared.
      comparison: null,
      pruning: {
        runId: run.id,
        score: headView.score,
        seed: headView.seed,
        arms: [
          { name: 'baseline', heads: [], answer: { answer, correct } },
          { name: 'top', heads: plan.top, answer: null },
          { name: 'random', heads: plan.random, answer: null },
        ],
        state: 'running',
        progress: { done: 0, total: run.prompt.ids.length + run.maxTokens },
      },
    });
    try {
      const done = await runPruning(
        run.strategy,
        plan,
        async (strategy) => unwrap(await engine.compare(strategy, calibration)),
        withAnswer,
      );
      change({ state: done ? 'done' : 'stopped' });
    } catch (error) {
      change({ state: 'stopped' });
      report('run', troubleOf(error));
    }
    // A run that was asked for meanwhile has ended this one's, and must not be ended in turn.
    if (getState().runRequested) return;
    setState({ activity: 'idle' });
    await engine.endComparison();
  }

  return { prune };
}

/** Progress of the arm under way. */
export function applyPruneEvent(state: PageState, event: RunEvent): Partial<PageState> {
  const { pruning, run } = state;
  if (pruning?.state !== 'running' || !run) return {};
  const progress = (done: number) => ({
    pruning: { ...pruning, progress: { ...pruning.progress, done } },
  });
  switch (event.type) {
    case 'state':
      return { activity: event.state };
    case 'prefill':
      return progress(event.done);
    case 'token':
      return progress(run.prompt.ids.length + event.index + 1);
    default:
      return {};
  }
}

function shownScores({ inspection, calibration, run, headView }: PageState, model: ModelInfo) {
  return scoredHeads(headView.score, {
    model,
    scores: inspection.heads,
    calibration,
    cache: run?.cache ?? null,
  });
}

/** @throws TroubleError `bad-input` where the model has too few heads. */
function planOf(state: PageState, model: ModelInfo, run: RunView) {
  const scored = shownScores(state, model);
  const { count, seed } = state.headView;
  const masked = maskedHeads(run.strategy.score);
  return planPruning(scored.values ?? [], { heads: model.heads, count, seed, masked });
}
