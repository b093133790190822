import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { CacheSnapshot } from '../../worker/protocol';
import type { PanelExports } from '../parts/export-menu';
import { formatBytes, formatPercent } from '../parts/numbers';
import { FoldingPanel } from '../parts/panel';
import { AboutCache } from './about-cache';
import { departureTable } from './departure-export';
import { HeldThen } from './held-then';
import { PickedHead } from './picked-head';
import { ReadTable } from './read-table';
import { RecallLines } from './recall-lines';
import { heldBytes } from './shares';
import './cache-panel.css';

const selectCache = (state: PageState) => state.run?.cache ?? null;

const EXPORTS: PanelExports = {
  picture: '.held-grid, .age-raster, .age-legend',
  numbers: departureTable,
};

/** What the KV cache really holds: pages, not a formula; and when and why the rest left. */
export function CachePanel() {
  const cache = usePage(selectCache);
  return (
    <FoldingPanel name="cache" title="KV cache" info={<AboutCache />} exports={EXPORTS}>
      <CacheMeter cache={cache} />
      <HeldThen />
      <PickedHead />
      <ReadTable />
      <RecallLines />
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
