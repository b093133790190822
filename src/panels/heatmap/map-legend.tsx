import { usePage, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import { differenceColourAt } from '../parts/difference-scale';
import { WeightLegend } from '../parts/weight-legend';
import type { ScaleKind } from '../parts/weight-scale';
import { backgroundOf, cellFill, type FilledKind } from './cell-fills';

interface MapLegendProps {
  mask: boolean;
  /** Colours are differences of two runs. */
  difference: boolean;
}

/** What the looks of cells mean. */
export function MapLegend({ mask, difference }: MapLegendProps) {
  const dark = useIsDark();
  const swatch = (kind: FilledKind) => (
    <span
      className="cell-swatch"
      aria-hidden="true"
      style={{ background: backgroundOf(cellFill(kind, mask, dark)) }}
    />
  );
  const inBoth = difference ? ' in both' : '';
  return (
    <span className="map-legend">
      {mask ? (
        <>
          <span>{swatch('computed')} computed with the prompt</span>
          <span>{swatch('read')} read for the answer</span>
        </>
      ) : difference ? (
        <DifferenceLegend />
      ) : (
        <span className="scale-with-name">
          weight <WeightLegend />
        </span>
      )}
      <span>
        {swatch('left-out')} {mask ? 'kept, but left out' : `left out${inBoth}`}
      </span>
      <span>
        {swatch('evicted')} evicted{inBoth}
      </span>
    </span>
  );
}

const TICKS: Record<ScaleKind, string[]> = {
  log: ['−1', '−0.01', '0', '0.01', '1'],
  linear: ['−1', '−0.5', '0', '0.5', '1'],
};

const selectScale = (state: PageState) => state.scale;

/** The two-ended colour scale with its numbers, and the switch between logarithmic and linear. */
function DifferenceLegend() {
  const scale = usePage(selectScale);
  const dark = useIsDark();
  const store = usePageStore();
  const stops = Array.from({ length: 17 }, (_, index) => differenceColourAt(index / 8 - 1, dark));
  return (
    <span className="weight-legend">
      weight of B − A
      <span className="legend-scale wide">
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }}
        />
        <span className="legend-ticks">
          {TICKS[scale].map((tick) => (
            <span key={tick}>{tick}</span>
          ))}
        </span>
      </span>
      <button
        type="button"
        className="small"
        aria-label={`Scale of differences: ${scale === 'log' ? 'logarithmic' : 'linear'}; switch`}
        onClick={() =>
          store.setState(({ scale: now }) => ({ scale: now === 'log' ? 'linear' : 'log' }))
        }
      >
        {scale}
      </button>
    </span>
  );
}
