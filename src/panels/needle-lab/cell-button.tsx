import { memo } from 'react';
import type { CellSummary } from '../../needle/sweep/plan';
import { differenceColourAt } from '../parts/difference-scale';
import { inkOn } from '../parts/weight-scale';
import { accuracyColour } from './accuracy-scale';
import { describeCell, lostShare, percentIn, pointsIn } from './cell-text';

interface CellButtonProps {
  cell: CellSummary;
  /** The strategy's name. */
  title: string;
  /** Accuracy of the first strategy. Absent: no difference is shown; null: it is not known yet. */
  reference: number | null | undefined;
  row: number;
  column: number;
  isRunning: boolean;
  isPinned: boolean;
  /** Keys come into the grid here. */
  isReachable: boolean;
  dark: boolean;
}

/** One cell. A grid may have thousands, so only those are drawn again that have news; the grid has the handlers. */
export const CellButton = memo(function CellButton(props: CellButtonProps) {
  const { cell, title, reference, row, column, isRunning, isPinned, isReachable, dark } = props;
  const { text, colour } = lookOf(cell, reference, dark);
  const lost = lostShare(cell);
  const partial = cell.done > 0 && cell.done + cell.failed < cell.planned;
  return (
    <button
      type="button"
      className={`grid-cell${partial ? ' partial' : ''}${isRunning ? ' running' : ''}`}
      style={colour === null ? {} : { background: colour, color: inkOn(colour) }}
      data-row={row}
      data-column={column}
      tabIndex={isReachable ? 0 : -1}
      aria-pressed={isPinned}
      aria-label={describeCell(cell, title, reference ?? null).join('; ')}
    >
      {text}
      {lost > 0 && <span className="lost-share" style={{ width: `${lost * 100}%` }} />}
    </button>
  );
});

function lookOf(
  { accuracy, failed }: CellSummary,
  reference: number | null | undefined,
  dark: boolean,
): { text: string; colour: string | null } {
  if (accuracy === null) return { text: failed > 0 ? '!' : '', colour: null };
  if (reference === undefined) {
    return { text: percentIn(accuracy), colour: accuracyColour(accuracy) };
  }
  if (reference === null) return { text: '–', colour: null };
  const difference = accuracy - reference;
  return { text: pointsIn(difference), colour: differenceColourAt(difference, dark) };
}
