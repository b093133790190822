import { useState } from 'react';
import { windowWithout } from '../../state/drop-sinks';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { runProblem } from '../../state/setup';
import { formatCount } from '../parts/numbers';

const selectTokens = (state: PageState) => state.prompt?.ids.length ?? 0;
const selectCanRun = (state: PageState) =>
  state.activity === 'idle' &&
  !state.runRequested &&
  state.calibrating === null &&
  runProblem(state.setup, state.model, state.calibration) === null;

/** One click to see what the model does when the first tokens leave its cache. */
export function DropSinks() {
  const tokens = usePage(selectTokens);
  const canRun = usePage(selectCanRun);
  const { dropSinks } = usePageActions();
  const [count, setCount] = useState(4);
  const valid = Number.isInteger(count) && count >= 1 && count < tokens;
  return (
    <section className="drop-sinks" aria-label="Without the first tokens">
      <p className="ablate">
        <label>
          Drop the first{' '}
          <input
            type="number"
            className="head-count"
            min={1}
            max={Math.max(1, tokens - 1)}
            value={Number.isNaN(count) ? '' : count}
            aria-invalid={!valid && tokens > 0}
            onChange={(event) => setCount(event.target.valueAsNumber)}
          />{' '}
          tokens
        </label>
        <button type="button" disabled={!canRun || !valid} onClick={() => void dropSinks(count)}>
          Run without them
        </button>
      </p>
      <p className="hint">
        {valid
          ? `Sets the cache to a window of ${formatCount(tokens)} − ${formatCount(count)} entries: when the prompt is read, exactly these tokens are gone, and each token written drops one more.`
          : `Choose a whole number below the ${formatCount(tokens)} tokens of the prompt.`}
      </p>
      <Outcome />
    </section>
  );
}

const selectDrop = (state: PageState) => state.sinkDrop;
const selectRun = (state: PageState) => state.run;

/** What was answered with the first tokens and without them. */
function Outcome() {
  const drop = usePage(selectDrop);
  const run = usePage(selectRun);
  const canRun = usePage(selectCanRun);
  const { restoreSinks } = usePageActions();
  if (!drop) return null;
  const { before, count } = drop;
  const dropped = run && windowWithout(run.prompt.ids.length, count);
  const isDropped = dropped && JSON.stringify(run.strategy.cache) === JSON.stringify(dropped);
  const result = isDropped ? run.result : null;
  return (
    <>
      <dl className="drop-outcome">
        {before && (
          <>
            <dt>with them</dt>
            <dd>{verdictOf(before)}</dd>
          </>
        )}
        <dt>without</dt>
        <dd aria-live="polite">{result ? verdictOf(result) : '…'}</dd>
      </dl>
      {result && before && (
        <p className="hint">
          {result.answer === before.answer
            ? 'The same answer: for this prompt the model can do without. The larger a model, the less it can, as its heads lean more on the first token.'
            : 'Another answer: the weight that was parked on the first tokens now falls on tokens that mean something.'}
        </p>
      )}
      <p>
        <button
          type="button"
          className="small"
          disabled={!canRun}
          onClick={() => void restoreSinks()}
        >
          Bring them back and run
        </button>
      </p>
    </>
  );
}

function verdictOf({ answer, correct }: { answer: string; correct: boolean | null }): string {
  const verdict = correct === null ? '' : correct ? '✓ found · ' : '✗ not found · ';
  return `${verdict}${answer}`;
}
