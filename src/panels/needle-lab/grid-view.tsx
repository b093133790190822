import { useEffect, useRef, useState } from 'react';
import type { Cell, CellSummary, StrategySummary, SweepPlan } from '../../needle/sweep/plan';
import { createTooltip, type Tooltip } from '../parts/tooltip';
import { CellGrid } from './cell-grid';
import { accuracyText } from './cell-text';
import { GridLegend } from './grid-legend';

interface GridViewProps {
  plan: SweepPlan;
  /** [strategy][depth][length] */
  cells: CellSummary[][][];
  strategies: StrategySummary[];
  /** Differences to the first strategy instead of accuracies. */
  difference: boolean;
  running: Cell | null;
  pinned: Cell | null;
  onPick(cell: CellSummary): void;
}

/** A grid a strategy, all over the same depths and lengths and in the same colours. */
export function GridView(props: GridViewProps) {
  const { plan, cells, strategies, difference, running, pinned, onPick } = props;
  const tooltip = useRef<Tooltip>(null);
  const [reached, setReached] = useState<string[]>([]);

  useEffect(() => {
    const created = createTooltip();
    tooltip.current = created;
    return () => created.destroy();
  }, []);

  function hover(lines: string[] | null, x: number, y: number) {
    if (lines) tooltip.current?.show(x, y, lines);
    else tooltip.current?.hide();
  }

  const reference = difference ? cells[0].map((row) => row.map(({ accuracy }) => accuracy)) : null;
  return (
    <>
      <div className="cell-grids">
        {plan.strategies.map(({ title }, strategy) =>
          difference && strategy === 0 ? null : (
            <CellGrid
              // biome-ignore lint/suspicious/noArrayIndexKey: a plan's strategies stay where they are
              key={strategy}
              title={title}
              note={accuracyText(strategies[strategy])}
              plan={plan}
              cells={cells[strategy]}
              reference={reference}
              running={running}
              pinned={pinned}
              onHover={hover}
              onReach={setReached}
              onPick={onPick}
            />
          ),
        )}
      </div>
      <GridLegend difference={difference} />
      <p className="read-out hint">
        {reached.length > 0
          ? reached.join(' · ')
          : 'Point at a cell for its numbers; click it to open its prompt in the page.'}
      </p>
    </>
  );
}
