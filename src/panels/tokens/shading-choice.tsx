import type { ReactNode } from 'react';
import { usePage, usePageStore } from '../../state/page-context';
import { type PageState, SHADINGS, type Shading } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import { WeightLegend } from '../parts/weight-legend';
import { colourAt } from '../parts/weight-scale';
import { HeadsShown } from './heads-shown';
import { AMOUNTS, type TokenShade } from './token-shade';

const selectShading = (state: PageState) => state.shading;

const TITLES: Record<Shading, string> = {
  attention: 'attention from the picked token',
  read: 'read by the picked token / left out',
  kept: 'kept / evicted',
  received: 'attention received (mean)',
  sink: 'sink mass (mean over heads)',
  surprisal: 'surprisal',
  waad: 'distance looked back (WAAD)',
  fai: 'influence on later tokens (FAI)',
};

/** What the text is shaded by, with its legend. */
export function ShadingChoice() {
  const shading = usePage(selectShading);
  const store = usePageStore();
  return (
    <>
      {LEGENDS[shading]}
      <label>
        shade{' '}
        <select
          value={shading}
          onChange={(event) => store.setState({ shading: event.target.value as Shading })}
        >
          {SHADINGS.map((value) => (
            <option key={value} value={value}>
              {TITLES[value]}
            </option>
          ))}
        </select>
      </label>
      {BY_HEADS.includes(shading) && <HeadsShown />}
    </>
  );
}

/** Shadings by what heads do, one of them or several as one. */
const BY_HEADS: Shading[] = ['attention', 'read', 'received'];

const LEGENDS: Record<Shading, ReactNode> = {
  attention: <WeightLegend />,
  read: <ShadeLegend shades={['read', 'left-out', 'evicted']} />,
  kept: <ShadeLegend shades={['kept', 'evicted']} />,
  received: <WeightLegend />,
  sink: <WeightLegend />,
  surprisal: <AmountLegend {...AMOUNTS.surprisal} />,
  waad: <AmountLegend {...AMOUNTS.waad} />,
  fai: <WeightLegend />,
};

function ShadeLegend({ shades }: { shades: TokenShade['kind'][] }) {
  return (
    <span className="shade-legend">
      {shades.map((shade) => (
        <span key={shade} className={`token ${shade}`}>
          {shade.replace('-', ' ')}
        </span>
      ))}
    </span>
  );
}

function AmountLegend({ most, unit }: { most: number; unit: string }) {
  const dark = useIsDark();
  const stops = Array.from({ length: 9 }, (_, index) => colourAt(index / 8, dark));
  return (
    <span className="weight-legend">
      <span className="visually-hidden">Colour scale: </span>
      <span className="legend-scale">
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }}
        />
        <span className="legend-ticks">
          <span>0</span>
          <span>{most / 2}</span>
          <span>
            ≥ {most} {unit}
          </span>
        </span>
      </span>
    </span>
  );
}
