import { useId } from 'react';
import { isComparing, shownComparison } from '../../state/comparison';
import { isReadyToRun } from '../../state/engine-use';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState, RunView } from '../../state/page-store';
import { runProblem } from '../../state/setup';
import { CompareButton } from '../compare/compare-button';
import { describeComparison } from '../compare/comparison-progress';
import { formatCount, formatMs, formatShort } from '../parts/numbers';
import { progressOf } from './run-progress';
import './run-controls.css';

const selectActivity = (state: PageState) => state.activity;
const selectRun = (state: PageState) => state.run;
const selectRecall = (state: PageState) => state.measures.recall;
const selectIsReady = (state: PageState) =>
  isReadyToRun(state) && state.model?.hasTokenizer === true;
const selectLiveComparison = (state: PageState) =>
  isComparing(state) ? shownComparison(state) : null;
const selectProblem = ({ setup, model, calibration }: PageState) =>
  runProblem(setup, model, calibration);

/** Run, pause, step, stop, and how far the run is. */
export function RunControls() {
  const activity = usePage(selectActivity);
  const isReady = usePage(selectIsReady);
  const problem = usePage(selectProblem);
  const problemId = useId();
  const { run, pause, resume, step, stop } = usePageActions();
  const live = activity !== 'idle';
  const paused = activity === 'paused';
  return (
    <section className="run-controls" aria-label="Run">
      <div className="run-buttons">
        <button
          type="button"
          className="primary"
          data-shortcut="run"
          disabled={!isReady || problem !== null}
          aria-describedby={problem === null ? undefined : problemId}
          onClick={() => void run()}
        >
          <span aria-hidden="true">▶</span> Run
        </button>
        <CompareButton />
        <button type="button" disabled={!live} onClick={paused ? resume : pause}>
          {paused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" disabled={!paused} onClick={step} title="One more token">
          Step
        </button>
        <button type="button" disabled={!live} onClick={stop}>
          Stop
        </button>
      </div>
      <RecallSwitch />
      {problem !== null && (
        <p id={problemId} className="problem">
          {problem}
        </p>
      )}
      <Progress />
    </section>
  );
}

function RecallSwitch() {
  const recall = usePage(selectRecall);
  const { measure } = usePageActions();
  return (
    <label
      className="recall-switch"
      title="At the end of the next run, compare with dense attention; the Cache panel shows it"
    >
      <input
        type="checkbox"
        checked={recall}
        onChange={(event) => measure({ recall: event.target.checked })}
      />{' '}
      Measure recall
    </label>
  );
}

function Progress() {
  const run = usePage(selectRun);
  const activity = usePage(selectActivity);
  const comparison = usePage(selectLiveComparison);
  if (run && comparison) {
    const { share, text } = describeComparison(comparison, run.maxTokens);
    return <Bar share={share} text={text} />;
  }
  const progress = run && progressOf(run);
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  return (
    <Bar share={run?.result ? 1 : share} text={run ? describe(run, activity) : 'Not run yet.'} />
  );
}

function Bar({ share, text }: { share: number; text: string }) {
  return (
    <div className="run-progress">
      <progress aria-label="Progress of the run" max={1} value={share} />
      <p>{text}</p>
    </div>
  );
}

function describe(run: RunView, activity: PageState['activity']): string {
  if (run.result) {
    const { promptTokens, generated, stopReason, prefillMs, decodeMs } = run.result;
    const ended = stopReason === 'stopped' ? 'Stopped' : 'Done';
    return `${ended}: ${formatCount(promptTokens)} + ${generated.length} tokens in ${formatMs(prefillMs + decodeMs)}`;
  }
  const { phase, done, total, tokensPerSecond, remainingMs } = progressOf(run);
  const what = phase === 'prefill' ? 'Reading' : 'Writing';
  const parts = [`${what} ${formatCount(done)} of ${formatCount(total)}`];
  if (tokensPerSecond !== null) parts.push(`${formatShort(tokensPerSecond)}/s`);
  if (activity === 'paused') parts.push('paused');
  else if (remainingMs !== null && phase === 'prefill') parts.push(`${formatMs(remainingMs)} left`);
  else if (remainingMs !== null) parts.push(`≤ ${formatMs(remainingMs)} left`);
  return parts.join(' · ');
}
