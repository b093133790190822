import { useMemo, useState } from 'react';
import { usePageActions } from '../../state/page-context';
import { useText } from '../../state/text';
import type { SinkReport } from '../../worker/protocol';
import { formatWeight } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { topGatherings } from './pooled-mass';

const SHOWN = 24;

/** The strip's largest values as numbers. */
export function MassTable({ report }: { report: SinkReport }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table: positions with the largest mass</summary>
      {open && <OpenTable report={report} />}
    </details>
  );
}

function OpenTable({ report }: { report: SinkReport }) {
  const { pieces } = useText();
  const { select } = usePageActions();
  const top = useMemo(() => topGatherings(report, SHOWN), [report]);
  return (
    <TableScroll label="Positions with the largest mass">
      <table>
        <thead>
          <tr>
            <th scope="col">Position</th>
            <th scope="col">Token</th>
            <th scope="col">Layer</th>
            <th scope="col" className="number">
              Mass
            </th>
          </tr>
        </thead>
        <tbody>
          {top.map(({ position, layer, mass }) => (
            <tr key={position}>
              <td>
                <button
                  type="button"
                  className="small"
                  onClick={() => select({ layer, key: position })}
                >
                  {position}
                </button>
              </td>
              <td className="mono">{quoted(pieces[position])}</td>
              <td>{layer}</td>
              <td className="number">{formatWeight(mass)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
