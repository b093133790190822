import { type KeyboardEvent, useRef } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import { kvHeadOf, type PageState } from '../../state/page-store';
import type { CacheSnapshot, ModelInfo } from '../../worker/protocol';
import { formatCompact, formatCount, formatPercent } from '../parts/numbers';

const selectLayer = (state: PageState) => state.selection.layer;
const selectHead = (state: PageState) => state.selection.head;

interface HeldGridProps {
  model: ModelInfo;
  /** Entries that the row saw, per layer and KV head, [layers * kvHeads]. */
  entries: Uint32Array;
  /** Position of the row. */
  row: number;
  /** Where the row is the newest: its pages too. */
  cache: CacheSnapshot | null;
}

/** Layers × KV heads: how many entries each one held, as number and bar; the picked one is shown below. */
export function HeldGrid({ model, entries, row, cache }: HeldGridProps) {
  const { layers, heads, kvHeads } = model;
  const layer = usePage(selectLayer);
  const kvHead = kvHeadOf(model, usePage(selectHead));
  const { select } = usePageActions();
  const grid = useRef<HTMLTableElement>(null);

  function pick(wanted: { layer: number; kvHead: number }) {
    // A query head of the KV head that is picked already stays.
    const first = (wanted.kvHead * heads) / kvHeads;
    select(
      wanted.kvHead === kvHead ? { layer: wanted.layer } : { layer: wanted.layer, head: first },
    );
  }

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const to = {
      layer: Math.min(layers - 1, Math.max(0, layer + step[0])),
      kvHead: Math.min(kvHeads - 1, Math.max(0, kvHead + step[1])),
    };
    pick(to);
    grid.current?.rows[to.layer + 1].cells[to.kvHead + 1].querySelector('button')?.focus();
  }

  return (
    <div className="table-scroll held-scroll">
      <table
        ref={grid}
        className="held-grid"
        aria-label={`Entries held per layer and KV head at row ${row}`}
        onKeyDown={move}
      >
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">layer</span>
            </th>
            {range(kvHeads).map((column) => (
              <th key={column} scope="col">
                <span className={column > 0 ? 'visually-hidden' : ''}>KV head </span>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {range(layers).map((line) => (
            <tr key={line}>
              <th scope="row">
                <span className="visually-hidden">layer </span>
                {line}
              </th>
              {range(kvHeads).map((column) => {
                const at = line * kvHeads + column;
                const picked = line === layer && column === kvHead;
                return (
                  <td key={column}>
                    <button
                      type="button"
                      className="held-cell"
                      tabIndex={picked ? 0 : -1}
                      aria-pressed={picked}
                      aria-label={labelOf(line, column, entries[at], row, cache?.pages[at])}
                      title={`${formatCount(entries[at])} of ${formatCount(row + 1)} entries`}
                      onClick={() => pick({ layer: line, kvHead: column })}
                    >
                      <span className="held-numbers">
                        {entries[at] < 10_000
                          ? formatCount(entries[at])
                          : formatCompact(entries[at])}
                        {cache && <small>{formatCompact(cache.pages[at])} p</small>}
                      </span>
                      <span className="held-bar">
                        <span style={{ width: `${(entries[at] / (row + 1)) * 100}%` }} />
                      </span>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STEPS: Record<string, [layers: number, kvHeads: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function labelOf(
  layer: number,
  kvHead: number,
  entries: number,
  row: number,
  pages: number | undefined,
): string {
  const share = formatPercent(entries / (row + 1));
  const held = `${formatCount(entries)} entries, ${share} of keeping all`;
  return `layer ${layer}, KV head ${kvHead}: ${held}${pages === undefined ? '' : `, ${pages} pages`}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
