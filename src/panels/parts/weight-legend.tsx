import { usePage, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import { colourAt, LOG_FLOOR, type ScaleKind } from './weight-scale';

const selectScale = (state: PageState) => state.scale;

const TICKS: Record<ScaleKind, string[]> = {
  log: [`≤ ${LOG_FLOOR}`, '0.01', '1'],
  linear: ['0', '0.5', '1'],
};

/** The colour scale of weights with its numbers, and the switch between logarithmic and linear. */
export function WeightLegend() {
  const scale = usePage(selectScale);
  const dark = useIsDark();
  const store = usePageStore();
  const stops = Array.from({ length: 9 }, (_, index) => colourAt(index / 8, dark)).join(', ');
  return (
    <span className="weight-legend">
      <span className="visually-hidden">Colour scale of attention weights: </span>
      <span className="legend-scale">
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${stops})` }}
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
        aria-label={`Scale of weights: ${scale === 'log' ? 'logarithmic' : 'linear'}; switch`}
        onClick={() => store.setState({ scale: scale === 'log' ? 'linear' : 'log' })}
      >
        {scale}
      </button>
    </span>
  );
}
