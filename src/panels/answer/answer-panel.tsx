import { isCorrect } from '../../needle/score';
import { usePage } from '../../state/page-context';
import type { PageState, RunView } from '../../state/page-store';
import { formatPercent, formatRate } from '../parts/numbers';
import { Panel } from '../parts/panel';
import { decodeSpeedOf } from '../run/run-progress';
import './answer-panel.css';

const selectRun = (state: PageState) => state.run;
const selectExpected = (state: PageState) => state.setup.expected;

/** The answer while it streams, and whether it is the expected one. */
export function AnswerPanel() {
  const run = usePage(selectRun);
  const expected = usePage(selectExpected);
  const pieces = run ? run.generated.map(({ piece }) => piece).join('') : '';
  // At the end without special tokens, such as the one that ends it.
  const text = run?.result?.answer || pieces;
  const wanted = run ? run.expected : expected;
  return (
    <Panel name="answer" title="Answer">
      <output className="answer-text" aria-live="polite">
        {text.trim() || <span className="hint">{run ? '…' : 'Press Run'}</span>}
      </output>
      <Verdict run={run} text={text} />
      <p className="answer-facts">
        {wanted === '' ? 'nothing expected' : `expected: ${wanted}`}
        <br />
        {run ? rateOf(run) : ''}
        <br />
        {run ? accountOf(run) : ''}
      </p>
    </Panel>
  );
}

function Verdict({ run, text }: { run: RunView | null; text: string }) {
  const verdict = run && verdictOf(run, text);
  return (
    <strong
      className={`verdict ${verdict === null ? 'open' : verdict ? 'found' : 'lost'}`}
      role="status"
    >
      {verdict === null ? '' : verdict ? '✓ found' : '✗ not found'}
    </strong>
  );
}

function rateOf(run: RunView): string {
  const { steps, ms } = decodeSpeedOf(run);
  return formatRate(steps, ms);
}

/** How much of dense attention was computed, and how much of its weight that held. */
function accountOf({ accounting, result }: RunView): string {
  const parts = [];
  if (accounting) parts.push(`density ${formatPercent(accounting.density)}`);
  if (result?.recall) parts.push(`recall ${formatPercent(result.recall.promptMean)}`);
  return parts.join(' · ');
}

/** While the answer streams a hit can be told, a miss only at the end. */
function verdictOf({ result, expected }: RunView, text: string): boolean | null {
  if (result) return result.correct;
  return expected !== '' && isCorrect(text, expected) ? true : null;
}
