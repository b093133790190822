import { useEffect, useMemo, useRef, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { Inspection, PageState, Shading } from '../../state/page-store';
import { useText } from '../../state/text';
import { formatShort } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { type Curve, type CurveChart, createCurveChart } from './curve-chart';
import { highestPoints } from './curve-points';

const SHOWN = 20;

const selectShading = (state: PageState) => state.shading;
const selectInspection = (state: PageState) => state.inspection;

/** Under the text: what it is shaded by as a curve, where it is a curve. */
export function TokenCurves() {
  const shading = usePage(selectShading);
  const { curves, surprisal } = usePage(selectInspection);
  const shown = useMemo(
    () => curvesOf(shading, { curves, surprisal }),
    [shading, curves, surprisal],
  );
  if (shown.length === 0) return null;
  return (
    <>
      <Chart curves={shown} />
      <CurveTable curves={shown} />
    </>
  );
}

function curvesOf(
  shading: Shading,
  { curves, surprisal }: Pick<Inspection, 'curves' | 'surprisal'>,
): Curve[] {
  if (shading === 'surprisal' && surprisal) {
    return [{ title: 'surprisal', unit: 'nats', values: surprisal }];
  }
  if ((shading !== 'waad' && shading !== 'fai') || !curves) return [];
  return [
    { title: 'WAAD', unit: 'tokens', values: curves.waad },
    { title: 'FAI', unit: 'weight', values: curves.fai },
  ];
}

const selectQuery = (state: PageState) => state.selection.query;

function Chart({ curves }: { curves: Curve[] }) {
  const { pieces, promptLength, needles } = useText();
  const query = usePage(selectQuery);
  const { select, hover } = usePageActions();
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<CurveChart>(null);
  const latest = useRef({ curves, pieces });

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createCurveChart(node.current, {
      onHover(position, clientX, clientY) {
        hover(null, position);
        if (position === null) return tooltip.hide();
        const { curves: shown, pieces: tokens } = latest.current;
        tooltip.show(clientX, clientY, [
          `position ${position} · ${quoted(tokens[position])}`,
          ...shown.map(
            ({ title, unit, values }) => `${title} ${written(values[position])} ${unit}`,
          ),
        ]);
      },
      onPick: (position) => select({ query: position, key: null }),
    });
    chart.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [select, hover]);

  useEffect(() => {
    latest.current = { curves, pieces };
    const spans = needles.map(({ span }) => span);
    chart.current?.update({ curves, promptLength, needles: spans, query });
  }, [curves, pieces, promptLength, needles, query]);

  return (
    <div
      ref={node}
      className="token-curves"
      role="img"
      aria-label={`${curves.map(({ title, unit }) => `${title} in ${unit}`).join(' and ')} by position; the largest values are in the table below.`}
    />
  );
}

function CurveTable({ curves }: { curves: Curve[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table: largest values of the {curves.length > 1 ? 'curves' : 'curve'}</summary>
      {open && (
        <TableScroll label="Largest values">
          <div className="curve-tables">
            {curves.map((curve) => (
              <HighestTable key={curve.title} curve={curve} />
            ))}
          </div>
        </TableScroll>
      )}
    </details>
  );
}

function HighestTable({ curve: { title, unit, values } }: { curve: Curve }) {
  const { pieces } = useText();
  const { select } = usePageActions();
  const highest = useMemo(() => highestPoints(values, SHOWN), [values]);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Position</th>
          <th scope="col">Token</th>
          <th scope="col" className="number">
            {title}, {unit}
          </th>
        </tr>
      </thead>
      <tbody>
        {highest.map(({ position, value }) => (
          <tr key={position}>
            <td>
              <button
                type="button"
                className="small"
                onClick={() => select({ query: position, key: null })}
              >
                {position}
              </button>
            </td>
            <td className="mono">{quoted(pieces[position])}</td>
            <td className="number">{written(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function written(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : formatShort(value);
}
