import { type ReactNode, useMemo, useState } from 'react';
import { usePageActions } from '../../state/page-context';
import type { Text } from '../../state/text';
import { whyLeftOut } from '../parts/left-out';
import { formatCount, formatDifference, formatWeight } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { weightName } from './describe-tile';
import { countKinds, rangesWithoutWeight } from './key-ranges';
import { topDifferences, topKeys } from './top-keys';
import type { MapRow } from './use-map-row';
import type { MapView } from './use-map-subject';

const SHOWN_KEYS = 20;
const SHOWN_RANGES = 40;

interface RowTableProps {
  view: MapView;
  row: MapRow | null;
}

/** The map's picked row as numbers: the keys that got the most weight, and those that got none and why. */
export function RowTable({ view, row }: RowTableProps) {
  const [open, setOpen] = useState(false);
  const isDifference = view.of === 'difference';
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {isDifference
          ? 'Table: keys of the picked query that differ most'
          : 'Table: strongest keys of the picked query'}
      </summary>
      {row ? (
        open && <PickedRow view={view} row={row} />
      ) : (
        <p className="hint">Run the prompt and pick a query token.</p>
      )}
    </details>
  );
}

function PickedRow({ view, row }: { view: MapView; row: MapRow }) {
  const { query, weights, compared } = row;
  const { text, of } = view;
  const token = `query ${query} ${quoted(text.pieces[query])}`;
  const where = `${placeOf(view)}, ${token}`;
  if (compared) {
    return (
      <TableScroll label="Keys of the picked query">
        <DifferingKeys
          caption={`${where}: B minus A`}
          weights={weights}
          compared={compared}
          text={text}
        />
      </TableScroll>
    );
  }
  const run = of === 'compared' ? 'B, ' : '';
  return (
    <TableScroll label="Keys of the picked query">
      <StrongestKeys
        caption={`${run}${where}: ${describeCounts(weights)}`}
        weights={weights}
        text={text}
      />
      <KeysWithoutWeight row={row} text={text} />
    </TableScroll>
  );
}

interface KeysProps {
  caption: string;
  weights: Float32Array;
  text: Text;
}

function StrongestKeys({ caption, weights, text }: KeysProps) {
  const keys = useMemo(() => topKeys(weights, SHOWN_KEYS), [weights]);
  return (
    <table>
      <caption>{caption}</caption>
      <KeyColumns>
        <NumberColumn>Weight</NumberColumn>
      </KeyColumns>
      <tbody>
        {keys.map(({ key, weight }) => (
          <tr key={key}>
            <KeyCells position={key} text={text} />
            <td className="number">{formatWeight(weight)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DifferingKeys({
  caption,
  weights,
  compared,
  text,
}: KeysProps & { compared: Float32Array }) {
  const keys = useMemo(() => topDifferences(weights, compared, SHOWN_KEYS), [weights, compared]);
  const weightOrNone = (value: number) => (value < 0 ? '–' : formatWeight(value));
  return (
    <table>
      <caption>{caption}; – where a run has no weight</caption>
      <KeyColumns>
        <NumberColumn>Weight in A</NumberColumn>
        <NumberColumn>Weight in B</NumberColumn>
        <NumberColumn>B − A</NumberColumn>
      </KeyColumns>
      <tbody>
        {keys.map(({ key, value, compared: other, difference }) => (
          <tr key={key}>
            <KeyCells position={key} text={text} />
            <td className="number">{weightOrNone(value)}</td>
            <td className="number">{weightOrNone(other)}</td>
            <td className="number">{formatDifference(difference)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function KeyColumns({ children }: { children: ReactNode }) {
  return (
    <thead>
      <tr>
        <th scope="col">Key position</th>
        <th scope="col">Token</th>
        {children}
      </tr>
    </thead>
  );
}

function NumberColumn({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="number">
      {children}
    </th>
  );
}

function KeyCells({ position, text }: { position: number; text: Text }) {
  const { select } = usePageActions();
  return (
    <>
      <td>
        <button type="button" className="small" onClick={() => select({ key: position })}>
          {position}
        </button>
      </td>
      <td className="mono">{quoted(text.pieces[position])}</td>
    </>
  );
}

function KeysWithoutWeight({ row: { weights, query }, text }: { row: MapRow; text: Text }) {
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

/** "Layer 2, head 5", or what the weights of several are. */
function placeOf({ layer, head }: MapView): string {
  if (typeof layer === 'number' && typeof head === 'number') return `Layer ${layer}, head ${head}`;
  const one = [
    typeof layer === 'number' ? `Layer ${layer}` : null,
    typeof head === 'number' ? `Head ${head}` : null,
  ].filter(Boolean);
  const place = [...one, weightName({ layer, head })].join(', ');
  return place[0].toUpperCase() + place.slice(1);
}

function describeCounts(weights: Float32Array): string {
  const { computed, 'left-out': leftOut, evicted } = countKinds(weights);
  const parts = [`${formatCount(computed)} of ${formatCount(weights.length)} keys computed`];
  if (leftOut > 0) parts.push(`${formatCount(leftOut)} left out`);
  if (evicted > 0) parts.push(`${formatCount(evicted)} evicted`);
  return parts.join(', ');
}
