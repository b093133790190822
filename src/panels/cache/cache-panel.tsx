import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { CacheSnapshot, ModelInfo } from '../../worker/protocol';
import { formatBytes, formatCount, formatPercent } from '../parts/numbers';
import { FoldingPanel } from '../parts/panel';
import { TableScroll } from '../parts/table-scroll';
import { ReadTable } from './read-table';
import { RecallLines } from './recall-lines';
import { heldBytes } from './shares';
import './cache-panel.css';

const selectCache = (state: PageState) => state.run?.cache ?? null;
const selectModel = (state: PageState) => state.model;

/** What the KV cache really holds: pages, not a formula. */
export function CachePanel() {
  const cache = usePage(selectCache);
  const model = usePage(selectModel);
  return (
    <FoldingPanel name="cache" title="KV cache" info={<AboutCache />}>
      <CacheMeter cache={cache} />
      <ReadTable />
      <RecallLines />
      {cache && model && <PageBars cache={cache} model={model} />}
      {cache && model && <CacheTable cache={cache} model={model} />}
    </FoldingPanel>
  );
}

function CacheMeter({ cache }: { cache: CacheSnapshot | null }) {
  const held = cache ? heldBytes(cache) : 0;
  const peak = cache ? Math.max(cache.peakPages * cache.pageBytes, held) : 0;
  const beside = cache?.besideBytes ?? 0;
  const dense = cache?.denseBytes ?? 0;
  // Pages are whole: a cache that keeps all may hold a little more than its entries need.
  const full = Math.max(dense, peak, 1);
  return (
    <>
      <p className="cache-held">
        <strong>{formatBytes(held)}</strong> held now
        {dense > 0 && ` · ${formatPercent(held / dense)} of keeping all`}
      </p>
      <div className="cache-bar" aria-hidden="true">
        <span className="cache-fill" style={{ width: `${(held / full) * 100}%` }} />
        <span className="cache-mark" style={{ left: `${(peak / full) * 100}%` }} />
      </div>
      <dl className="cache-numbers">
        <dt>peak</dt>
        <dd>{formatBytes(peak)}</dd>
        <dt>keeping all</dt>
        <dd>{formatBytes(dense)}</dd>
        {beside > 0 && (
          <>
            <dt>held now outside the pages</dt>
            <dd>{formatBytes(beside)}</dd>
          </>
        )}
        <dt>copies for the maps, apart</dt>
        <dd>{formatBytes(cache?.inspectionBytes ?? 0)}</dd>
      </dl>
    </>
  );
}

interface CachePartProps {
  cache: CacheSnapshot;
  model: ModelInfo;
}

/** A small bar for each layer and KV head: heads may hold different numbers of pages. */
function PageBars({ cache, model }: CachePartProps) {
  const needed = Math.ceil(cache.tokens / cache.pageSlots);
  const most = Math.max(needed, ...cache.pages, 1);
  return (
    <div
      className="page-bars"
      role="img"
      aria-label={`Pages held per layer and KV head; keeping all takes ${needed} each. The numbers are in the table below.`}
      style={{ gridTemplateColumns: `auto repeat(${model.kvHeads}, 1fr)` }}
    >
      {layersOf(model).map((layer) => (
        <PageBarsOfLayer key={layer} cache={cache} model={model} layer={layer} most={most} />
      ))}
    </div>
  );
}

function PageBarsOfLayer({
  cache,
  model,
  layer,
  most,
}: CachePartProps & { layer: number; most: number }) {
  return (
    <>
      <span className="page-bar-name">layer {layer}</span>
      {kvHeadsOf(model).map((kvHead) => {
        const pages = cache.pages[layer * model.kvHeads + kvHead];
        return (
          <span key={kvHead} className="page-bar">
            <span style={{ width: `${(pages / most) * 100}%` }} />
            <i>{pages}</i>
          </span>
        );
      })}
    </>
  );
}

function CacheTable({ cache, model }: CachePartProps) {
  const { kvHeads } = model;
  return (
    <details>
      <summary>Table: pages and entries</summary>
      <TableScroll label="Pages and entries">
        <table>
          <caption>
            After {formatCount(cache.tokens)} tokens; a page has {cache.pageSlots} slots and{' '}
            {formatBytes(cache.pageBytes)}
          </caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">KV head</th>
              <th scope="col">Pages</th>
              <th scope="col">Entries seen</th>
              <th scope="col">Bytes</th>
            </tr>
          </thead>
          <tbody>
            {layersOf(model).flatMap((layer) =>
              kvHeadsOf(model).map((kvHead) => {
                const at = layer * kvHeads + kvHead;
                return (
                  <tr key={at}>
                    <td className="number">{layer}</td>
                    <td className="number">{kvHead}</td>
                    <td className="number">{cache.pages[at]}</td>
                    <td className="number">{formatCount(cache.slots[at])}</td>
                    <td className="number">{formatBytes(cache.pages[at] * cache.pageBytes)}</td>
                  </tr>
                );
              }),
            )}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}

function layersOf({ layers }: ModelInfo): number[] {
  return Array.from({ length: layers }, (_, layer) => layer);
}

function kvHeadsOf({ kvHeads }: ModelInfo): number[] {
  return Array.from({ length: kvHeads }, (_, kvHead) => kvHead);
}

function AboutCache() {
  return (
    <>
      <p>
        Keys and values live in pages of a fixed number of slots, per layer and KV head. The meter
        counts the pages that are held; a policy that evicts gives pages back, and the bar goes
        down. The small mark is the peak of this run.
      </p>
      <p className="formula">bytes = pages × slots × (key + value + position)</p>
      <p>
        “Computed and read” is counted by the kernels: pairs while the prompt was read, divided by
        all causal pairs, are the density; a decode step reads entries, and each query head reads
        for itself. Dense attention reads every earlier entry. Mass recall, if it was measured, is
        the share of dense attention’s weight that lies on those pairs.
      </p>
      <p>
        The maps need copies of evicted keys and of queries. Those are counted apart, because the
        model never reads them.
      </p>
      <p>Try: halve “recent entries” of a window and run again.</p>
    </>
  );
}
