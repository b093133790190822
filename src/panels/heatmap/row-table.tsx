import { useMemo, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import { formatWeight } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { topKeys } from './top-keys';

const SHOWN_KEYS = 20;

const selectRow = (state: PageState) => state.inspection.row;

/** The map's picked row as numbers: the keys that got the most weight. */
export function RowTable() {
  const row = usePage(selectRow);
  const { pieces } = useText();
  const { select } = usePageActions();
  const [open, setOpen] = useState(false);
  const keys = useMemo(() => (open && row ? topKeys(row.weights, SHOWN_KEYS) : []), [open, row]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table: strongest keys of the picked query</summary>
      {row && row.query !== null ? (
        <TableScroll label="Strongest keys">
          <table>
            <caption>
              Layer {row.layer}, head {row.head}, query {row.query} {quoted(pieces[row.query])}
            </caption>
            <thead>
              <tr>
                <th scope="col">Key position</th>
                <th scope="col">Token</th>
                <th scope="col">Weight</th>
              </tr>
            </thead>
            <tbody>
              {keys.map(({ key, weight }) => (
                <tr key={key}>
                  <td>
                    <button type="button" className="small" onClick={() => select({ key })}>
                      {key}
                    </button>
                  </td>
                  <td className="mono">{quoted(pieces[key])}</td>
                  <td className="number">{formatWeight(weight)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      ) : (
        <p className="hint">Run the prompt and pick a query token.</p>
      )}
    </details>
  );
}
