import { useMemo, useRef } from 'react';
import { FoldingPanel } from '../parts/panel';
import { AboutMap } from './about-map';
import { AttentionMap } from './attention-map';
import { HeadChoice } from './head-choice';
import { mapTable } from './map-table';
import type { MapTiles } from './use-map-tiles';
import './heatmap-panel.css';

/** The attention map, from the whole text down to single weights. */
export function HeatmapPanel() {
  /** What the map shows now. */
  const shown = useRef<MapTiles>({ layers: [], newest: null });
  const exports = useMemo(
    () => ({
      picture: '.map, .map-legend',
      numbers() {
        const { newest } = shown.current;
        return newest && mapTable(newest);
      },
    }),
    [],
  );
  return (
    <FoldingPanel
      name="heatmap"
      title="Attention map"
      info={<AboutMap />}
      tools={<HeadChoice />}
      exports={exports}
    >
      <AttentionMap shown={shown} />
    </FoldingPanel>
  );
}
