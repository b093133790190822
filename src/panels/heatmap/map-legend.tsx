import { useIsDark } from '../../state/theme';
import { WeightLegend } from '../parts/weight-legend';
import { backgroundOf, cellFill } from './cell-fills';

/** What the looks of cells mean. */
export function MapLegend({ mask }: { mask: boolean }) {
  const dark = useIsDark();
  const swatch = (kind: 'computed' | 'left-out' | 'evicted') => (
    <span
      className="cell-swatch"
      aria-hidden="true"
      style={{ background: backgroundOf(cellFill(kind, mask, dark)) }}
    />
  );
  return (
    <span className="map-legend">
      {mask ? <span>{swatch('computed')} computed</span> : <WeightLegend />}
      <span>{swatch('left-out')} left out</span>
      <span>{swatch('evicted')} evicted</span>
    </span>
  );
}
