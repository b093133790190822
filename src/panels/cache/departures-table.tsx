import { useMemo, useState } from 'react';
import { usePageActions } from '../../state/page-context';
import type { HeadHistory } from '../../state/page-store';
import { useText } from '../../state/text';
import { formatCount } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { departuresUpTo, formatScore } from './departure';

const SHOWN = 200;

/** What had left by the time of a row, the newest first. */
export function DeparturesTable({ history, row }: { history: HeadHistory; row: number }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table: what left the picked KV head</summary>
      {open && <Departures history={history} row={row} />}
    </details>
  );
}

function Departures({ history, row }: { history: HeadHistory; row: number }) {
  const { pieces } = useText();
  const { select } = usePageActions();
  const departures = useMemo(() => departuresUpTo(history, row), [history, row]);
  const { layer, kvHead } = history;
  const shown = departures.slice(0, SHOWN);
  const scored = shown.some(({ score }) => score !== null);
  return (
    <TableScroll label="What left the picked KV head">
      <table>
        <caption>
          Layer {layer}, KV head {kvHead}: {formatCount(departures.length)} of{' '}
          {formatCount(row + 1)} entries had left at step {row}
          {departures.length > SHOWN && `; the newest ${SHOWN}`}
          {scored && '. “Enough” is the lowest score that stayed at that step.'}
        </caption>
        <thead>
          <tr>
            <th scope="col">Position</th>
            <th scope="col">Token</th>
            <th scope="col" className="number">
              Step
            </th>
            {scored && (
              <th scope="col" className="number">
                Score
              </th>
            )}
            {scored && (
              <th scope="col" className="number">
                Enough
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ position, step, score, lowestKept }) => (
            <tr key={position}>
              <td>
                <button type="button" className="small" onClick={() => select({ key: position })}>
                  {position}
                </button>
              </td>
              <td className="mono">{quoted(pieces[position])}</td>
              <td className="number">{step}</td>
              {scored && <td className="number">{score === null ? '–' : formatScore(score)}</td>}
              {scored && (
                <td className="number">{lowestKept === null ? '–' : formatScore(lowestKept)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
