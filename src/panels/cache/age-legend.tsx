import { useIsDark } from '../../state/theme';
import { backgroundOf, cellFill } from '../heatmap/cell-fills';
import { formatCompact } from '../parts/numbers';
import { ageColour } from './age-scale';

/** What the colours of the raster mean. */
export function AgeLegend({ oldest }: { oldest: number }) {
  const dark = useIsDark();
  const stops = Array.from({ length: 9 }, (_, index) => ageColour(index / 8, dark)).join(', ');
  return (
    <span className="age-legend">
      <span className="legend-scale">
        <span className="visually-hidden">Colour scale of ages in tokens: </span>
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${stops})` }}
        />
        <span className="legend-ticks">
          <span>new</span>
          <span>held for {formatCompact(oldest)} tokens</span>
        </span>
      </span>
      <span className="age-gone">
        <span
          className="age-swatch"
          aria-hidden="true"
          style={{ background: backgroundOf(cellFill('evicted', false, dark)) }}
        />
        gone
      </span>
    </span>
  );
}
