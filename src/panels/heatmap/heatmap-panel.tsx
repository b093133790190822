import { useEffect, useRef, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { type Text, useText } from '../../state/text';
import { useIsDark } from '../../state/theme';
import { CELL_FUTURE, type Tile } from '../../worker/protocol';
import { FoldingPanel } from '../parts/panel';
import { createTooltip } from '../parts/tooltip';
import { HeadChoice } from './head-choice';
import { type Cell, createHeatmap, type Heatmap, type HeatmapView } from './heatmap';
import { MapLegend } from './map-legend';
import { RowTable } from './row-table';
import { cellAt, describeCell, describeTile, type TileCell } from './tile-cells';
import { type MapTiles, useMapTiles } from './use-map-tiles';
import './heatmap-panel.css';

const selectScale = (state: PageState) => state.scale;
const selectSelection = (state: PageState) => state.selection;
const selectRow = (state: PageState) => state.inspection.row;
const selectHover = (state: PageState) => state.hover;
const selectIsLive = (state: PageState) => state.activity !== 'idle';
const selectMaxTokens = (state: PageState) => state.run?.maxTokens ?? 0;
const selectHasRun = (state: PageState) => state.run !== null;

/** One head's attention map, from the whole text down to single weights. */
export function HeatmapPanel() {
  const text = useText();
  const dark = useIsDark();
  const scale = usePage(selectScale);
  const { query, key } = usePage(selectSelection);
  const hover = usePage(selectHover);
  const live = usePage(selectIsLive);
  const maxTokens = usePage(selectMaxTokens);
  const hasRun = usePage(selectHasRun);
  const { select, hover: setHover } = usePageActions();
  const [mask, setMask] = useState(false);
  const [pooling, setPooling] = useState<'max' | 'mean'>('max');
  const [view, setView] = useState<HeatmapView | null>(null);
  const { overview, detail } = useMapTiles(view, pooling);
  const node = useRef<HTMLDivElement>(null);
  const map = useRef<Heatmap>(null);
  /** The newest of what the map's callbacks must know, which are made once. */
  const latest = useRef<{ tiles: (Tile | null)[]; text: Text }>({ tiles: [], text });

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createHeatmap(node.current, {
      onView: setView,
      onHover(cell, clientX, clientY) {
        setHover(cell?.query ?? null, cell?.key ?? null);
        const lines = cell && describeUnder(cell, latest.current);
        if (lines) tooltip.show(clientX, clientY, lines);
        else tooltip.hide();
      },
      onPick: select,
    });
    map.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [select, setHover]);

  // While tokens are still to come the axes already have room for them, so that nothing jumps.
  const { pieces, promptLength } = text;
  const length = live ? promptLength + maxTokens : pieces.length;
  useEffect(() => {
    latest.current = { tiles: [detail, overview], text };
    map.current?.update({
      ...text,
      length,
      overview,
      detail,
      show: mask ? 'mask' : scale,
      dark,
      picked: { query, key },
      pointed: hover,
    });
  }, [text, length, overview, detail, mask, scale, dark, query, key, hover]);

  useEffect(() => {
    if (query !== null && key !== null) map.current?.reveal({ query, key });
  }, [query, key]);

  function showNeedle() {
    const { needleSpan } = text;
    if (needleSpan) map.current?.show([Math.max(0, promptLength - 4), pieces.length], needleSpan);
  }

  return (
    <FoldingPanel name="heatmap" title="Attention map" info={<AboutMap />} tools={<HeadChoice />}>
      <div className="map-bar">
        <fieldset className="map-zoom" aria-label="Zoom">
          <button type="button" aria-label="Zoom in" onClick={() => map.current?.zoomBy(2)}>
            +
          </button>
          <button type="button" aria-label="Zoom out" onClick={() => map.current?.zoomBy(0.5)}>
            −
          </button>
          <button type="button" onClick={() => map.current?.showAll()}>
            Whole
          </button>
          <button type="button" disabled={!text.needleSpan || !hasRun} onClick={showNeedle}>
            Answer × needle
          </button>
        </fieldset>
        <label>
          <input
            type="checkbox"
            checked={mask}
            onChange={(event) => setMask(event.target.checked)}
          />{' '}
          Mask
        </label>
        <label>
          pixel{' '}
          <select
            value={pooling}
            disabled={mask}
            onChange={(event) => setPooling(event.target.value === 'mean' ? 'mean' : 'max')}
          >
            <option value="max">max</option>
            <option value="mean">mean</option>
          </select>
        </label>
        <MapLegend mask={mask} />
      </div>
      <div className="map-frame-box">
        <div
          ref={node}
          className="map"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is moved and zoomed by keys
          tabIndex={0}
          aria-label="Attention map. Arrow keys move the picked cell, plus and minus zoom, 0 shows the whole map."
        />
        {!hasRun && <p className="map-empty hint">The map fills while the prompt is read.</p>}
      </div>
      <MapReadOut overview={overview} detail={detail} text={text} mask={mask} />
      <RowTable />
    </FoldingPanel>
  );
}

/** The picked cell as a number, or what a pixel of the map stands for. */
function MapReadOut({ overview, detail, text, mask }: MapTiles & { text: Text; mask: boolean }) {
  const { layer, head, query, key } = usePage(selectSelection);
  const row = usePage(selectRow);
  const cell = query !== null && key !== null ? { query, key } : null;
  const isPickedRow = row?.query === query && row?.layer === layer && row?.head === head;
  const lines =
    cell &&
    // The row was looked up for itself: it is exact, however far out the map is.
    ((isPickedRow && describeInRow(cell, row.weights, text)) ||
      describeUnder(cell, { tiles: [detail, overview], text }));
  return (
    <p className="read-out hint" aria-live="polite">
      {lines ? lines.join(' · ') : detail && describeTile(detail, mask)}
    </p>
  );
}

function describeInRow({ query, key }: Cell, weights: Float32Array, text: Text): string[] {
  const value = weights[key] ?? CELL_FUTURE;
  const single = { value, queries: [query, query + 1], keys: [key, key + 1] } satisfies TileCell;
  return describeCell(single, text, { pooling: 'max', sampledQueries: 1 });
}

/** What the first tile that reaches a cell says about it. */
function describeUnder(
  { query, key }: Cell,
  { tiles, text }: { tiles: (Tile | null)[]; text: Text },
): string[] | null {
  for (const tile of tiles) {
    const cell = tile && cellAt(tile, query, key);
    if (cell) {
      const { request, sampledQueries } = tile;
      return describeCell(cell, text, { pooling: request.pooling, sampledQueries });
    }
  }
  return null;
}

function AboutMap() {
  return (
    <>
      <p>
        Row i, column j: the weight that the token at position i gives to the token at position j.
        Rows sum to one over the keys that the query could see.
      </p>
      <p className="formula">aᵢⱼ = exp(qᵢ·kⱼ/√d) / Σₖ exp(qᵢ·kₖ/√d)</p>
      <p>
        Weights are recomputed on the GPU for exactly what you look at, from the queries and keys of
        this run. Far out, a pixel is the largest (or mean) of the weights computed under it; zoom
        in by wheel, pinch or + until every cell is one weight. Blank cells lie in the future;
        striped keys were evicted before the query came; dotted ones were in the cache, but the
        prefill pattern or the decode selection left them out.
      </p>
      <p>
        “Mask” shows the strategy instead of the weights: computed pairs solid, left-out ones empty,
        evicted ones striped. Far out, a pixel is solid if any pair under it was computed.
      </p>
      <p>
        Keys: arrows move the picked cell (with Shift ten times as far), + and − zoom, 0 shows all.
      </p>
    </>
  );
}
