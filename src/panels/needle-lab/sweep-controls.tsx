import { useId } from 'react';
import type { SampleId, SweepPlan } from '../../needle/sweep/plan';
import { remainingSamples } from '../../needle/sweep/run-sweep';
import { draftProblem, planOf, type SweepProgress } from '../../state/needle-lab-state';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { formatCount, formatMs, formatShort } from '../parts/numbers';
import { placeText } from './cell-text';
import { predictRuns, runsOf, type TimedRun, timedRuns } from './forecast';
import { paceOf } from './pace';

const selectLab = (state: PageState) => state.needleLab;
const selectModel = (state: PageState) => state.model;
const selectCalibration = (state: PageState) => state.calibration;
const selectLastResult = (state: PageState) => state.run?.result ?? null;

/** Start, Stop and Resume, with what it will take and how far it is. */
export function SweepControls() {
  const { draft, sweep, progress } = usePage(selectLab);
  const model = usePage(selectModel);
  const calibration = usePage(selectCalibration);
  const known = useKnownRuns();
  const { startSweep, resumeSweep, stopSweep } = usePageActions();
  const problemId = useId();
  if (!model?.hasTokenizer) {
    return <p className="hint">A sweep can begin once a model that reads text is loaded.</p>;
  }
  if (progress && sweep) {
    return (
      <div className="sweep-controls">
        <div className="sweep-buttons">
          <button type="button" disabled={progress.stopping} onClick={stopSweep}>
            Stop
          </button>
        </div>
        <ProgressLine progress={progress} plan={sweep.plan} />
      </div>
    );
  }
  const problem = draftProblem(draft, model, calibration);
  const left = sweep ? remainingSamples(sweep.plan, sweep.outcomes) : [];
  return (
    <div className="sweep-controls">
      <div className="sweep-buttons">
        <button
          type="button"
          className="primary"
          disabled={problem !== null}
          aria-describedby={problemId}
          onClick={() => void startSweep()}
        >
          Start the sweep
        </button>
        {left.length > 0 && (
          <button type="button" onClick={() => void resumeSweep()}>
            Resume: {counted(left.length, 'run', 'runs')} left
          </button>
        )}
      </div>
      <p id={problemId} className={problem === null ? 'hint' : 'problem'} aria-live="polite">
        {problem ?? forecastText(planOf(draft, model, calibration), known)}
      </p>
    </div>
  );
}

/** Runs of the sweep on screen, else the run on screen: they say how fast this machine is. */
function useKnownRuns(): TimedRun[] {
  const { sweep } = usePage(selectLab);
  const result = usePage(selectLastResult);
  const swept = sweep ? timedRuns(sweep.outcomes) : [];
  if (swept.length > 0 || !result) return swept;
  return [{ tokens: result.promptTokens, ms: result.prefillMs + result.decodeMs }];
}

function forecastText(plan: SweepPlan, known: TimedRun[]): string {
  const { lengths, depths, strategies, samples } = plan;
  const each = depths.length * strategies.length * samples;
  const ms = predictRuns(
    lengths.flatMap((length) => Array<number>(each).fill(length)),
    known,
  );
  const factors = [
    counted(lengths.length, 'length', 'lengths'),
    counted(depths.length, 'depth', 'depths'),
    counted(strategies.length, 'strategy', 'strategies'),
    counted(samples, 'sample', 'samples'),
  ].join(' × ');
  const runs = `${counted(runsOf(plan), 'run', 'runs')} (${factors})`;
  return ms === null
    ? `${runs}; how long is known after the first.`
    : `${runs}, about ${formatMs(ms)}, judging by ${counted(known.length, 'run', 'runs')} so far.`;
}

function counted(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function ProgressLine({ progress, plan }: { progress: SweepProgress; plan: SweepPlan }) {
  const { sweep } = usePage(selectLab);
  const { done, total, current, stopping } = progress;
  const pace = paceOf(progress, plan, sweep?.outcomes ?? [], performance.now());
  const parts = [`${formatCount(done)} of ${formatCount(total)} runs`];
  if (pace) parts.push(`${formatShort(pace.perMinute)}/min`, `${formatMs(pace.leftMs)} left`);
  if (stopping) parts.push('stopping');
  else if (current) parts.push(currentText(current, plan));
  return (
    <div className="sweep-progress">
      <progress aria-label="Progress of the sweep" max={total} value={done} />
      <p>{parts.join(' · ')}</p>
    </div>
  );
}

function currentText(current: SampleId, plan: SweepPlan): string {
  const { title } = plan.strategies[current.strategy];
  return `now ${title}, ${placeText(current)}, sample ${current.sample + 1} of ${plan.samples}`;
}
