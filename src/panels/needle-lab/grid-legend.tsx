import { useIsDark } from '../../state/theme';
import { differenceColourAt } from '../parts/difference-scale';
import { accuracyColour } from './accuracy-scale';

const STEPS = Array.from({ length: 11 }, (_, index) => index / 10);

/** What colours and marks of the cells mean. */
export function GridLegend({ difference }: { difference: boolean }) {
  const dark = useIsDark();
  const colours = STEPS.map((step) =>
    difference ? differenceColourAt(2 * step - 1, dark) : accuracyColour(step),
  );
  const ticks = difference ? ['−100', '0', '+100'] : ['0', '50', '100'];
  return (
    <div className="grid-legend">
      <span>{difference ? 'difference to the first (% points)' : 'accuracy (%)'}</span>
      <span className="legend-scale wide">
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${colours.join(', ')})` }}
        />
        <span className="legend-ticks">
          {ticks.map((tick) => (
            <span key={tick}>{tick}</span>
          ))}
        </span>
      </span>
      <span className="legend-item">
        <span className="lost-swatch" aria-hidden="true" /> share of runs that failed with the
        needle lost from the cache
      </span>
      <span className="legend-item">
        <span className="partial-swatch" aria-hidden="true" /> samples missing
      </span>
    </div>
  );
}
