import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { CacheSnapshot, ModelInfo } from '../../worker/protocol';
import { formatBytes, formatCount, formatPercent } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { HeldGrid } from './held-grid';

const selectHeld = (state: PageState) => state.inspection.held;
const selectCache = (state: PageState) => state.run?.cache ?? null;
const selectModel = (state: PageState) => state.model;
const selectIsNow = (state: PageState) => state.selection.step === null;

/** What every KV head held for the viewed row: the budget by layer and head. */
export function HeldThen() {
  const held = usePage(selectHeld);
  const cache = usePage(selectCache);
  const model = usePage(selectModel);
  const isNow = usePage(selectIsNow);
  if (!held || !cache || !model) return null;
  const { query, entries } = held;
  const seen = entries.reduce((sum, count) => sum + count, 0);
  const all = entries.length * (query + 1);
  return (
    <>
      <p className="held-line">
        Row {query} {isNow && '(now) '}saw <b>{formatCount(seen)}</b> of {formatCount(all)} entries
        ({formatPercent(seen / all)})
        {cache.besideBytes === 0 && `, ${formatBytes(seen * entryBytes(cache))}`}
      </p>
      <HeldGrid model={model} entries={entries} row={query} cache={isNow ? cache : null} />
      <HeldTable model={model} cache={cache} entries={entries} row={query} />
    </>
  );
}

function entryBytes({ pageBytes, pageSlots }: CacheSnapshot): number {
  return pageBytes / pageSlots;
}

interface HeldTableProps {
  model: ModelInfo;
  cache: CacheSnapshot;
  entries: Uint32Array;
  row: number;
}

function HeldTable({ model, cache, entries, row }: HeldTableProps) {
  const { kvHeads } = model;
  return (
    <details>
      <summary>Table: entries and pages</summary>
      <TableScroll label="Entries and pages">
        <table>
          <caption>
            Entries at step {row}; pages now, after {formatCount(cache.tokens)} tokens: a page has{' '}
            {cache.pageSlots} slots and {formatBytes(cache.pageBytes)}
          </caption>
          <thead>
            <tr>
              <th scope="col" className="number">
                Layer
              </th>
              <th scope="col" className="number">
                KV head
              </th>
              <th scope="col" className="number">
                Entries
              </th>
              <th scope="col" className="number">
                Share
              </th>
              <th scope="col" className="number">
                Pages now
              </th>
              <th scope="col" className="number">
                Bytes now
              </th>
            </tr>
          </thead>
          <tbody>
            {Array.from(entries, (count, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: layer and KV head are what a row is
              <tr key={at}>
                <td className="number">{Math.floor(at / kvHeads)}</td>
                <td className="number">{at % kvHeads}</td>
                <td className="number">{formatCount(count)}</td>
                <td className="number">{formatPercent(count / (row + 1))}</td>
                <td className="number">{cache.pages[at]}</td>
                <td className="number">{formatBytes(cache.pages[at] * cache.pageBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}
