import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import { formatShort } from '../parts/numbers';
import { colourAt } from '../parts/weight-scale';
import { SCORE_FACTS, scaleEnd } from './score-facts';

const STOPS = 9;

const selectScore = (state: PageState) => state.headView.score;
const selectTokens = (state: PageState) => state.run?.cache?.tokens ?? 0;

/** What the grid's colours stand for, in the unit of the shown score. */
export function ScoreLegend({ values }: { values: ArrayLike<number> | null }) {
  const score = usePage(selectScore);
  const dark = useIsDark();
  const { title, unit } = SCORE_FACTS[score];
  const end = scaleEnd(score, values, usePage(selectTokens));
  const stops = Array.from({ length: STOPS }, (_, index) => colourAt(index / (STOPS - 1), dark));
  return (
    <p className="weight-legend score-legend">
      <span className="visually-hidden">Colour scale of the {title}: </span>
      <span className="legend-scale wide">
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }}
        />
        <span className="legend-ticks">
          {[0, 0.5, 1].map((place) => (
            <span key={place}>{end === null ? '–' : formatShort(place * end)}</span>
          ))}
        </span>
      </span>
      <span className="unit">{unit}</span>
    </p>
  );
}
