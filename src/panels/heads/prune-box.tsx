import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { pruneProblem } from '../../state/prune-actions';
import type { PruneArm, PruneExperiment } from '../../state/prune-experiment';
import { formatCount } from '../parts/numbers';
import { pruneConclusion } from './prune-conclusion';
import { SCORE_FACTS } from './score-facts';

const selectView = (state: PageState) => state.headView;
const selectPruning = (state: PageState) => state.pruning;
const selectRunId = (state: PageState) => state.run?.id ?? null;
const selectProblem = (state: PageState) => pruneProblem(state);

/** The causal experiment: does the answer need the first heads, or just any? */
export function PruneBox() {
  const view = usePage(selectView);
  const pruning = usePage(selectPruning);
  const runId = usePage(selectRunId);
  const problem = usePage(selectProblem);
  const store = usePageStore();
  const { prune } = usePageActions();
  const running = pruning?.state === 'running';
  return (
    <section className="prune" aria-label="Prune experiment">
      <p className="ablate">
        <button
          type="button"
          disabled={problem !== null}
          aria-describedby="prune-about"
          onClick={() => void prune()}
        >
          Prune top {view.count} vs {view.count} random
        </button>
        <label>
          seed{' '}
          <input
            type="number"
            className="head-count"
            min={0}
            max={4294967295}
            value={view.seed}
            onChange={(event) =>
              store.setState({ headView: { ...view, seed: event.target.valueAsNumber || 0 } })
            }
          />
        </label>
      </p>
      {!running && (
        <p id="prune-about" className="hint">
          {problem ??
            'Answers the same prompt twice more beside the run on screen, which stays. A comparison is put away.'}
        </p>
      )}
      {pruning && running && <PruneProgress pruning={pruning} />}
      {pruning && pruning.runId === runId && <PruneTable pruning={pruning} />}
    </section>
  );
}

function PruneProgress({ pruning: { arms, progress } }: { pruning: PruneExperiment }) {
  const { stop } = usePageActions();
  const index = arms.findIndex(({ answer }) => answer === null);
  const { done, total } = progress;
  return (
    <div className="prune-progress">
      <progress aria-label="Progress of this run" max={total} value={done} />
      <span className="hint" aria-live="polite">
        run {Math.max(1, index)} of {arms.length - 1} · token {formatCount(done)}, at most{' '}
        {formatCount(total)}
      </span>
      <button type="button" className="small" onClick={stop}>
        Stop
      </button>
    </div>
  );
}

function PruneTable({ pruning }: { pruning: PruneExperiment }) {
  const { arms, score, seed, state } = pruning;
  const { title } = SCORE_FACTS[score];
  const names: Record<PruneArm['name'], string> = {
    baseline: 'as it is',
    top: `top ${arms[1].heads.length} by ${title}`,
    random: `${arms[2].heads.length} random, seed ${seed}`,
  };
  return (
    <>
      <table className="prune-table">
        <thead>
          <tr>
            <th scope="col">masked heads</th>
            <th scope="col">answer</th>
          </tr>
        </thead>
        <tbody>
          {arms.map(({ name, heads, answer }) => (
            <tr key={name}>
              <th scope="row">
                {names[name]}
                {heads.length > 0 && <span className="mono masked-list">{namesOf(heads)}</span>}
              </th>
              <td>
                {answer ? <Verdict {...answer} /> : <span className="hint">–</span>}
                {answer?.answer}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint" aria-live="polite">
        {state === 'stopped' && 'Stopped.'}
        {state === 'done' && pruneConclusion(arms)}
      </p>
    </>
  );
}

function Verdict({ correct }: { correct: boolean | null }) {
  if (correct === null) return null;
  return (
    <strong className={correct ? 'found' : 'lost'}>{correct ? '✓ found ' : '✗ not found '}</strong>
  );
}

function namesOf(heads: PruneArm['heads']): string {
  return heads
    .toSorted((a, b) => a.layer - b.layer || a.head - b.head)
    .map(({ layer, head }) => `${layer}.${head}`)
    .join(' ');
}
