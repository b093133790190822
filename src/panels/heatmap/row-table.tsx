import { useMemo, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { AttentionRow, PageState } from '../../state/page-store';
import { type Text, useText } from '../../state/text';
import { whyLeftOut } from '../parts/left-out';
import { formatCount, formatWeight } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { countKinds, rangesWithoutWeight } from './key-ranges';
import { topKeys } from './top-keys';

const SHOWN_KEYS = 20;
const SHOWN_RANGES = 40;

const selectRow = (state: PageState) => state.inspection.row;

/** The map's picked row as numbers: the keys that got the most weight, and those that got none and why. */
export function RowTable() {
  const row = usePage(selectRow);
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table: strongest keys of the picked query</summary>
      {row && row.query !== null ? (
        open && <PickedRow row={row} query={row.query} text={text} />
      ) : (
        <p className="hint">Run the prompt and pick a query token.</p>
      )}
    </details>
  );
}

interface PickedRowProps {
  row: AttentionRow;
  query: number;
  text: Text;
}

function PickedRow({ row, query, text }: PickedRowProps) {
  const { select } = usePageActions();
  const { layer, head, weights } = row;
  const keys = useMemo(() => topKeys(weights, SHOWN_KEYS), [weights]);
  return (
    <TableScroll label="Keys of the picked query">
      <table>
        <caption>
          Layer {layer}, head {head}, query {query} {quoted(text.pieces[query])}:{' '}
          {describeCounts(weights)}
        </caption>
        <thead>
          <tr>
            <th scope="col">Key position</th>
            <th scope="col">Token</th>
            <th scope="col" className="number">
              Weight
            </th>
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
              <td className="mono">{quoted(text.pieces[key])}</td>
              <td className="number">{formatWeight(weight)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <KeysWithoutWeight row={row} query={query} text={text} />
    </TableScroll>
  );
}

function KeysWithoutWeight({ row: { weights }, query, text }: PickedRowProps) {
  const ranges = useMemo(() => rangesWithoutWeight(weights), [weights]);
  if (ranges.length === 0) return null;
  const leftOut = whyLeftOut([query, query + 1], text.promptLength);
  const more = ranges.length - SHOWN_RANGES;
  return (
    <table className="keys-without-weight">
      <caption>Keys without a weight</caption>
      <thead>
        <tr>
          <th scope="col">Key positions</th>
          <th scope="col" className="number">
            Keys
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {ranges.slice(0, SHOWN_RANGES).map(({ kind, keys: [from, to] }) => (
          <tr key={from}>
            <td>{to - from === 1 ? from : `${from}–${to - 1}`}</td>
            <td className="number">{formatCount(to - from)}</td>
            <td>{kind === 'evicted' ? 'evicted before' : leftOut}</td>
          </tr>
        ))}
        {more > 0 && (
          <tr>
            <td colSpan={3}>… and {formatCount(more)} more ranges</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function describeCounts(weights: Float32Array): string {
  const { computed, 'left-out': leftOut, evicted } = countKinds(weights);
  const parts = [`${formatCount(computed)} of ${formatCount(weights.length)} keys computed`];
  if (leftOut > 0) parts.push(`${formatCount(leftOut)} left out`);
  if (evicted > 0) parts.push(`${formatCount(evicted)} evicted`);
  return parts.join(', ');
}
