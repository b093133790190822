import type { SweepPlan } from '../../needle/sweep/plan';
import { taskOf } from '../../needle/tasks/registry';
import type { StoredSweep } from '../../state/needle-lab-state';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { formatCount } from '../parts/numbers';
import { runsOf } from './forecast';

const selectLab = (state: PageState) => state.needleLab;
const selectCanSweep = (state: PageState) => state.model?.hasTokenizer === true;

/** Offers to go on with what was cut off by a reload. */
export function UnfinishedSweep() {
  const { stored, sweep, progress } = usePage(selectLab);
  const canSweep = usePage(selectCanSweep);
  const { openSweep, resumeSweep } = usePageActions();
  const [newest] = stored;
  if (!newest || sweep || progress || newest.done >= runsOf(newest.plan)) return null;

  async function goOn() {
    await openSweep(newest.id);
    await resumeSweep();
  }

  return (
    <p className="unfinished">
      <span>
        A sweep stopped after {formatCount(newest.done)} of {formatCount(runsOf(newest.plan))} runs:{' '}
        {describePlan(newest.plan)}.
      </span>
      <button type="button" className="primary" disabled={!canSweep} onClick={() => void goOn()}>
        Go on
      </button>
      <button type="button" onClick={() => void openSweep(newest.id)}>
        Show
      </button>
    </p>
  );
}

/** Every sweep that this browser keeps. */
export function StoredSweeps() {
  const { stored } = usePage(selectLab);
  if (stored.length === 0) return null;
  return (
    <details className="stored-sweeps">
      <summary>
        {stored.length} kept {stored.length === 1 ? 'sweep' : 'sweeps'}
      </summary>
      <ul>
        {stored.map((one) => (
          <StoredRow key={one.id} stored={one} />
        ))}
      </ul>
    </details>
  );
}

function StoredRow({ stored: { id, plan, done, begunAt } }: { stored: StoredSweep }) {
  const { sweep, progress } = usePage(selectLab);
  const { openSweep, deleteSweep } = usePageActions();
  const shown = sweep?.id === id;
  const name = describePlan(plan);
  return (
    <li aria-current={shown}>
      <span>
        {name}
        <br />
        <span className="hint">
          {new Date(begunAt).toLocaleString()} · {formatCount(done)} of {formatCount(runsOf(plan))}{' '}
          runs
        </span>
      </span>
      <span className="stored-actions">
        <button
          type="button"
          className="small"
          aria-label={`Show ${name}`}
          disabled={shown || progress !== null}
          onClick={() => void openSweep(id)}
        >
          {shown ? 'Shown' : 'Show'}
        </button>
        <button
          type="button"
          className="small"
          aria-label={`Delete ${name}`}
          disabled={shown && progress !== null}
          onClick={() => void deleteSweep(id)}
        >
          Delete
        </button>
      </span>
    </li>
  );
}

/** "Single needle in stories, 2 × 5 cells, 3 strategies, needle-2.4m" */
export function describePlan({ task, haystack, lengths, depths, strategies, model }: SweepPlan) {
  const text = 'id' in haystack ? haystack.id : haystack.title;
  const names = strategies.length === 1 ? strategies[0].title : `${strategies.length} strategies`;
  return `${taskOf(task.id).title} in ${text}, ${lengths.length} × ${depths.length} cells, ${names}, ${model.name}`;
}
