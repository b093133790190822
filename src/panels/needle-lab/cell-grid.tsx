import { type KeyboardEvent, useRef, useState } from 'react';
import type { Cell, CellSummary, SweepPlan } from '../../needle/sweep/plan';
import { useIsDark } from '../../state/theme';
import { formatCount } from '../parts/numbers';
import { CellButton } from './cell-button';
import { describeCell } from './cell-text';
import './cell-grid.css';

export interface CellGridProps {
  /** The strategy's name, and what is said beside it. */
  title: string;
  note: string;
  plan: Pick<SweepPlan, 'lengths' | 'depths'>;
  /** Of this strategy, [depth][length]. */
  cells: CellSummary[][];
  /** Accuracy of the first strategy, [depth][length], where differences to it are shown; else null. */
  reference: (number | null)[][] | null;
  /** What is asked now, or null. */
  running: Cell | null;
  pinned: Cell | null;
  onHover(lines: string[] | null, clientX: number, clientY: number): void;
  /** A cell was reached by keys: what it says. */
  onReach(lines: string[]): void;
  onPick(cell: CellSummary): void;
}

/** Depth by length of one strategy: a button a cell. Arrow keys move, Enter picks. */
export function CellGrid(props: CellGridProps) {
  const { title, note, plan, cells, reference, running, pinned, onHover, onReach, onPick } = props;
  const { lengths, depths } = plan;
  const dark = useIsDark();
  const grid = useRef<HTMLTableElement>(null);
  const [reachable, setReachable] = useState<Place>({ row: 0, column: 0 });

  const linesAt = ({ row, column }: Place) =>
    describeCell(cells[row][column], title, reference?.[row][column] ?? null);

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.min(depths.length - 1, Math.max(0, reachable.row + step.row));
    const column = Math.min(lengths.length - 1, Math.max(0, reachable.column + step.column));
    grid.current?.rows[row + HEAD_ROWS].cells[column + 1].querySelector('button')?.focus();
  }

  return (
    <figure className="cell-grid">
      <figcaption>
        <b>{title}</b> <span className="hint">{note}</span>
      </figcaption>
      <div className="cell-grid-scroll">
        <table
          ref={grid}
          aria-label={`${title}: depth by length`}
          onKeyDown={move}
          onFocus={({ target }) => {
            const place = placeOf(target);
            if (!place) return;
            setReachable(place);
            onReach(linesAt(place));
          }}
          onPointerMove={({ target, clientX, clientY }) => {
            const place = placeOf(target);
            onHover(place && linesAt(place), clientX, clientY);
          }}
          onPointerLeave={() => onHover(null, 0, 0)}
          onClick={({ target }) => {
            const place = placeOf(target);
            if (place) onPick(cells[place.row][place.column]);
          }}
        >
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={lengths.length} className="cell-grid-axis">
                length (tokens)
              </th>
            </tr>
            <tr>
              <th scope="col" className="cell-grid-axis">
                depth (%)
              </th>
              {lengths.map((length) => (
                <th key={length} scope="col">
                  {formatCount(length)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {depths.map((depth, row) => (
              <tr key={depth}>
                <th scope="row">{depth}</th>
                {lengths.map((length, column) => {
                  const cell = cells[row][column];
                  return (
                    <td key={length}>
                      <CellButton
                        cell={cell}
                        title={title}
                        reference={reference ? reference[row][column] : undefined}
                        row={row}
                        column={column}
                        isRunning={running !== null && isSame(running, cell)}
                        isPinned={pinned !== null && isSame(pinned, cell)}
                        isReachable={reachable.row === row && reachable.column === column}
                        dark={dark}
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

interface Place {
  row: number;
  column: number;
}

const HEAD_ROWS = 2;

const STEPS: Record<string, Place> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** The cell that an event is about, or null. */
function placeOf(target: EventTarget): Place | null {
  const button = target instanceof Element ? target.closest('button') : null;
  if (!button) return null;
  return { row: Number(button.dataset.row), column: Number(button.dataset.column) };
}

function isSame(a: Cell, b: Cell): boolean {
  return a.strategy === b.strategy && a.length === b.length && a.depth === b.depth;
}
