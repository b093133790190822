import { useEffect, useMemo, useRef, useState } from 'react';
import { cellKey } from '../../needle/sweep/order';
import type { Cell, SampleOutcome } from '../../needle/sweep/plan';
import { latest } from '../../needle/sweep/summary';
import { cellsTable } from '../../needle/sweep/tables';
import type { ShownSweep } from '../../state/needle-lab-state';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { CellsTable } from './cells-table';
import { GridView } from './grid-view';
import { ParetoView } from './pareto-view';
import { PickedCell } from './picked-cell';
import { comparisonOf, type SweepResults as Results, resultsOf } from './results';
import { setupOfSample, tellingSample } from './setup-of-sample';
import { describePlan } from './stored-sweeps';

const selectRunning = (state: PageState) => state.needleLab.progress?.current ?? null;

const VIEWS = { accuracy: 'Accuracy', difference: 'Difference', pareto: 'Pareto', table: 'Table' };
type View = keyof typeof VIEWS;

/** What a sweep says, cell by cell as they finish. */
export function SweepResults({ sweep }: { sweep: ShownSweep }) {
  const { plan, outcomes } = sweep;
  const running = usePage(selectRunning);
  const { changeSetup } = usePageActions();
  const [view, setView] = useState<View>('accuracy');
  const [picked, setPicked] = useState<{ cell: Cell; opened: number | null } | null>(null);
  const before = useRef<Results>(null);
  const results = useMemo(() => resultsOf(plan, outcomes, before.current), [plan, outcomes]);
  useEffect(() => {
    before.current = results;
  }, [results]);

  function open(sample: SampleOutcome) {
    changeSetup(setupOfSample(plan, sample));
    setPicked({ cell: sample, opened: sample.sample });
  }

  function pick(cell: Cell) {
    const sample = tellingSample(samplesIn(outcomes, cell));
    // A cell that was not run yet can be opened, too: its prompts are known.
    changeSetup(setupOfSample(plan, sample ?? { ...cell, sample: 0 }));
    setPicked({ cell, opened: sample?.sample ?? 0 });
  }

  const isGrid = view === 'accuracy' || view === 'difference';
  return (
    <>
      <div className="lab-head">
        <p className="hint">{describePlan(plan)}</p>
        <fieldset className="lab-views" aria-label="View">
          {(Object.keys(VIEWS) as View[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              disabled={name === 'difference' && plan.strategies.length < 2}
              onClick={() => setView(name)}
            >
              {VIEWS[name]}
            </button>
          ))}
        </fieldset>
      </div>
      {isGrid && (
        <GridView
          plan={plan}
          cells={results.grids}
          strategies={results.strategies}
          difference={view === 'difference'}
          running={running}
          pinned={picked?.cell ?? null}
          onPick={pick}
        />
      )}
      {isGrid && picked && (
        <PickedCell
          plan={plan}
          cell={picked.cell}
          samples={samplesIn(outcomes, picked.cell)}
          opened={picked.opened}
          onOpen={open}
        />
      )}
      {view === 'pareto' && (
        <ParetoView plan={plan} summarise={(length) => comparisonOf(plan, outcomes, length)} />
      )}
      {view === 'table' && <CellsTable table={cellsTable(plan, outcomes)} />}
    </>
  );
}

function samplesIn(outcomes: SampleOutcome[], cell: Cell): SampleOutcome[] {
  const key = cellKey(cell);
  return latest(outcomes)
    .filter((outcome) => cellKey(outcome) === key)
    .sort((a, b) => a.sample - b.sample);
}
