import { useEffect, useMemo, useRef, useState } from 'react';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { Roofline } from '../../worker/protocol';
import { formatPercent, formatShort, formatSi } from '../parts/numbers';
import { createTooltip } from '../parts/tooltip';
import { createRooflineChart, type RooflineChart } from './roofline-chart';
import { type RooflinePoint, ridgeOf, roofAt, rooflinePoints } from './roofline-points';

const selectRoofline = (state: PageState) => state.speed.roofline;
const selectKernels = (state: PageState) => state.speed.bench?.kernels ?? null;

/** What the adapter can do, with the kernels that were measured. */
export function RooflineView() {
  const roofline = usePage(selectRoofline);
  const kernels = usePage(selectKernels);
  const points = useMemo(() => rooflinePoints(kernels), [kernels]);
  if (!roofline && points.length === 0) return null;
  return (
    <>
      {roofline && (
        <p className="hint">
          This adapter copies {formatSi(roofline.bytesPerSecond, 'B/s')} and computes{' '}
          {formatSi(roofline.flopsPerSecond, 'FLOP/s')} in f32: its ridge is at{' '}
          {formatShort(ridgeOf(roofline))} FLOP/byte.
        </p>
      )}
      <Chart roofline={roofline} points={points} />
    </>
  );
}

function Chart({ roofline, points }: { roofline: Roofline | null; points: RooflinePoint[] }) {
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<RooflineChart>(null);
  const [picked, setPicked] = useState<Pick<RooflinePoint, 'phase' | 'name'> | null>(null);
  const shown = picked && points.find((point) => isSame(point, picked));

  /** The newest of what the chart's callbacks must know, which are made once. */
  const latest = useRef(roofline);
  useEffect(() => {
    latest.current = roofline;
  }, [roofline]);

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createRooflineChart(node.current, {
      onHover(point, clientX, clientY) {
        if (point) tooltip.show(clientX, clientY, describe(point, latest.current));
        else tooltip.hide();
      },
      onPick: ({ phase, name }) =>
        setPicked((before) => (before && isSame(before, { phase, name }) ? null : { phase, name })),
    });
    chart.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, []);
  useEffect(() => chart.current?.update({ roofline, points }), [roofline, points]);

  return (
    <>
      <div
        ref={node}
        className="roofline"
        role="img"
        aria-label="Attained operations a second against operations per byte, both logarithmic; the numbers are in the table of kernels."
      />
      {points.length > 0 && (
        <p className="hint">
          <span className="roofline-key prefill" aria-hidden="true" /> chunk of the prompt{' '}
          <span className="roofline-key decode" aria-hidden="true" /> decode step; the larger, the
          longer it takes.
        </p>
      )}
      {shown && <p className="hint">{describe(shown, roofline).join(' · ')}</p>}
    </>
  );
}

function isSame(
  a: Pick<RooflinePoint, 'phase' | 'name'>,
  b: Pick<RooflinePoint, 'phase' | 'name'>,
): boolean {
  return a.phase === b.phase && a.name === b.name;
}

function describe(point: RooflinePoint, roofline: Roofline | null): string[] {
  const { phase, name, intensity, flopsPerSecond, bytesPerSecond, share } = point;
  const lines = [
    `${name}, ${phase}: ${formatPercent(share)} of the time`,
    `${formatShort(intensity)} FLOP/byte`,
    `${formatSi(flopsPerSecond, 'FLOP/s')}, ${formatSi(bytesPerSecond, 'B/s')}`,
  ];
  if (!roofline) return lines;
  const bound = intensity < ridgeOf(roofline) ? 'memory' : 'arithmetic';
  const reached = formatPercent(flopsPerSecond / roofAt(roofline, intensity));
  return [...lines, `${reached} of the roof of ${bound}`];
}
