import { sampleKey } from '../../needle/sweep/order';
import type { Cell, SampleOutcome, SweepPlan } from '../../needle/sweep/plan';
import { formatMs, formatPercent } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { placeText } from './cell-text';

interface PickedCellProps {
  plan: SweepPlan;
  cell: Cell;
  /** Its samples that have an outcome, in order. */
  samples: SampleOutcome[];
  /** The one that the page is set up with. */
  opened: number | null;
  onOpen(sample: SampleOutcome): void;
}

/** The samples of the picked cell, each with its answer and a way into the page. */
export function PickedCell({ plan, cell, samples, opened, onOpen }: PickedCellProps) {
  const { title } = plan.strategies[cell.strategy];
  return (
    <section className="picked-cell" aria-label="Samples of the picked cell">
      <p>
        <b>{title}</b>, {placeText(cell)}.{' '}
        {opened !== null && `The page is set up with sample ${opened + 1}: Run shows why.`}
      </p>
      {samples.length > 0 && (
        <TableScroll label="Samples">
          <table>
            <thead>
              <tr>
                <th scope="col">Sample</th>
                <th scope="col">Found</th>
                <th scope="col">Expected</th>
                <th scope="col">Answer</th>
                <th scope="col">Needle held</th>
                <th scope="col">Time</th>
              </tr>
            </thead>
            <tbody>
              {samples.map((outcome) => (
                <tr key={sampleKey(outcome)}>
                  <td>
                    <button
                      type="button"
                      className="small"
                      aria-pressed={outcome.sample === opened}
                      onClick={() => onOpen(outcome)}
                    >
                      Open {outcome.sample + 1}
                    </button>
                  </td>
                  <SampleCells outcome={outcome} />
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

function SampleCells({ outcome }: { outcome: SampleOutcome }) {
  if ('trouble' in outcome) return <td colSpan={5}>{outcome.trouble.what}</td>;
  const { correct, expected, answer, held, prefillMs, decodeMs } = outcome.result;
  return (
    <>
      <td className={correct ? 'found' : 'lost'}>{correct ? '✓ found' : '✗ not found'}</td>
      <td>{expected}</td>
      <td>{answer === '' ? '(empty)' : answer}</td>
      <td className="number">{formatPercent(held)}</td>
      <td className="number">{formatMs(prefillMs + decodeMs)}</td>
    </>
  );
}
