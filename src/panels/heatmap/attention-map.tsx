import { type RefObject, useEffect, useRef, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import type { Aggregate } from '../../worker/protocol';
import { createTooltip } from '../parts/tooltip';
import { createHeatmap, type Heatmap, type HeatmapView } from './heatmap';
import { MapLegend } from './map-legend';
import { describeUnder, MapReadOut } from './map-read-out';
import { RowTable } from './row-table';
import { useMapRow } from './use-map-row';
import { useMapSubject } from './use-map-subject';
import { type MapTiles, useMapTiles } from './use-map-tiles';

const selectScale = (state: PageState) => state.scale;
const selectSelection = (state: PageState) => state.selection;
const selectHover = (state: PageState) => state.hover;
const selectIsLive = (state: PageState) => state.activity !== 'idle';
const selectMaxTokens = (state: PageState) => state.run?.maxTokens ?? 0;
const selectHasRun = (state: PageState) => state.run !== null;

/** The map with its controls, its read-out and its table. */
export function AttentionMap({ shown }: { shown: RefObject<MapTiles> }) {
  const subject = useMapSubject();
  const dark = useIsDark();
  const scale = usePage(selectScale);
  const { query, key, step } = usePage(selectSelection);
  const hover = usePage(selectHover);
  const live = usePage(selectIsLive);
  const maxTokens = usePage(selectMaxTokens);
  const hasRun = usePage(selectHasRun);
  const { select, hover: setHover } = usePageActions();
  const [wantsMask, setWantsMask] = useState(false);
  const [pooling, setPooling] = useState<Aggregate>('max');
  const [view, setView] = useState<HeatmapView | null>(null);
  const tiles = useMapTiles(subject, view, pooling);
  const row = useMapRow(subject);
  const node = useRef<HTMLDivElement>(null);
  const map = useRef<Heatmap>(null);
  const { text, processed } = subject;
  /** The newest of what the map's callbacks must know, which are made once. */
  const latest = useRef(text);
  const isDifference = subject.of === 'difference';
  const mask = wantsMask && !isDifference;

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createHeatmap(node.current, {
      onView: setView,
      onHover(cell, clientX, clientY) {
        setHover(cell?.query ?? null, cell?.key ?? null);
        const lines = cell && describeUnder(cell, shown.current.layers, latest.current);
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
  }, [select, setHover, shown]);

  // While tokens are still to come the axes already have room for them, so that nothing jumps.
  const { pieces, promptLength } = text;
  const length = live ? Math.max(pieces.length, promptLength + maxTokens) : pieces.length;
  useEffect(() => {
    latest.current = text;
    shown.current = tiles;
    map.current?.update({
      ...text,
      length,
      processed,
      tiles: tiles.layers,
      look: { show: mask ? 'mask' : scale, dark, promptLength },
      picked: { query, key },
      pointed: hover,
      step,
    });
  }, [
    text,
    promptLength,
    length,
    processed,
    tiles,
    shown,
    mask,
    scale,
    dark,
    query,
    key,
    step,
    hover,
  ]);

  useEffect(() => {
    if (query !== null && key !== null) map.current?.reveal({ query, key });
  }, [query, key]);

  function showNeedle() {
    const { needleSpan } = text;
    if (needleSpan) map.current?.show([Math.max(0, promptLength - 4), pieces.length], needleSpan);
  }

  return (
    <>
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
            disabled={isDifference}
            onChange={(event) => setWantsMask(event.target.checked)}
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
        <MapLegend mask={mask} difference={isDifference} />
      </div>
      <div className="map-frame-box">
        <div
          ref={node}
          className="map"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is moved and zoomed by keys
          tabIndex={0}
          aria-label="Attention map. Arrow keys move the picked cell, Page up, Page down, Home and End move the view, plus and minus zoom, 0 shows the whole map."
        />
        {!hasRun && <p className="map-empty hint">The map fills while the prompt is read.</p>}
      </div>
      <MapReadOut view={subject} tiles={tiles} row={row} mask={mask} />
      <RowTable view={subject} row={row} />
    </>
  );
}
