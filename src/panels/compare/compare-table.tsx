import type { ReactNode } from 'react';
import { firstDifference } from '../../needle/first-difference';
import { type Comparison, shownComparison } from '../../state/comparison';
import { usePage } from '../../state/page-context';
import type { PageState, RunView } from '../../state/page-store';
import type { RunReport } from '../../state/run-report';
import { entriesReadAStep, heldBytes } from '../cache/shares';
import { formatBytes, formatMs, formatPercent, formatRate, formatShort } from '../parts/numbers';
import { strategyTitle } from '../parts/strategy-title';
import { quoted } from '../parts/token-text';
import { decodeSpeedOf } from '../run/run-progress';
import { AnswerTokens } from './answer-tokens';

const selectRun = (state: PageState) => state.run;

/** Both runs as columns of numbers. */
export function CompareTable() {
  const run = usePage(selectRun);
  const comparison = usePage(shownComparison);
  if (!run || !comparison) return null;
  const { report } = comparison;
  const parted = partedAt(run, comparison);
  const row = (name: string, cell: (report: RunReport) => ReactNode) => (
    <tr>
      <th scope="row">{name}</th>
      <td>{cell(run)}</td>
      <td>{cell(report)}</td>
    </tr>
  );
  const prompt = run.prompt.ids.length;
  return (
    <table className="compare-table">
      <caption className="visually-hidden">The same prompt under two strategies</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">
            <span className="run-letter a">A</span> {strategyTitle(run.strategy)}
          </th>
          <th scope="col">
            <span className="run-letter b">B</span> {strategyTitle(comparison.strategy)}
          </th>
        </tr>
      </thead>
      <tbody>
        {row('answer', ({ generated, result }) => (
          <AnswerTokens
            generated={generated}
            firstDifference={parted}
            isOver={result !== null || comparison.phase === 'over'}
          />
        ))}
        {run.expected !== '' && row(`expected ${run.expected}`, verdict)}
        <tr>
          <th scope="row">first difference</th>
          <td colSpan={2}>{partedText(run, report, parted)}</td>
        </tr>
        {row('cache held', ({ cache }) => cache && bytesOf(heldBytes(cache), cache.denseBytes))}
        {row(
          'cache peak',
          ({ cache }) =>
            cache && formatBytes(Math.max(cache.peakPages * cache.pageBytes, heldBytes(cache))),
        )}
        {row('density of prefill', ({ accounting }) =>
          accounting ? formatPercent(accounting.density) : '–',
        )}
        {row('entries read a step', ({ accounting }) => entriesOf(accounting, prompt))}
        {row('prefill', ({ prefill }) => `${formatMs(prefill.ms)}`)}
        {row('decode', decodeOf)}
      </tbody>
    </table>
  );
}

/** While the second answer grows, only what both have can differ. */
function partedAt({ generated }: RunView, { report, phase }: Comparison): number | null {
  const [first, second] = [generated, report.generated].map((tokens) => tokens.map(({ id }) => id));
  const known = report.result || phase === 'over' ? first : first.slice(0, second.length);
  return firstDifference(known, second);
}

function partedText(run: RunView, report: RunReport, parted: number | null): string {
  if (parted === null) {
    return report.result ? 'none: the answers are the same' : 'none so far';
  }
  const pieceAt = ({ generated }: RunReport) =>
    generated[parted] ? quoted(generated[parted].piece) : 'the end';
  return `${parted + 1}: ${pieceAt(run)} in A, ${pieceAt(report)} in B`;
}

function verdict({ result }: RunReport): ReactNode {
  if (!result || result.correct === null) return '–';
  return (
    <strong className={`verdict ${result.correct ? 'found' : 'lost'}`}>
      {result.correct ? '✓ found' : '✗ not found'}
    </strong>
  );
}

function bytesOf(held: number, dense: number): string {
  return `${formatBytes(held)} · ${formatPercent(held / dense)} of keeping all`;
}

function entriesOf(accounting: RunReport['accounting'], prompt: number): string {
  const entries = accounting && entriesReadAStep(accounting, prompt);
  if (!entries) return '–';
  return `${formatShort(entries.used)} · ${formatPercent(entries.used / entries.dense)}`;
}

function decodeOf(report: RunReport): string {
  const { steps, ms } = decodeSpeedOf(report);
  return steps === 0 ? '–' : `${formatMs(ms / steps)} a token · ${formatRate(steps, ms)}`;
}
