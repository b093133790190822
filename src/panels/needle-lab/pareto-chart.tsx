import { line, max, min, scaleLinear, scaleLog } from 'd3';
import { useLayoutEffect, useRef, useState } from 'react';
import { formatPercent } from '../parts/numbers';
import { type LabelPlace, placeLabels } from '../parts/place-labels';
import { frontierOf } from './frontier';

/** A strategy on the chart. */
export interface ParetoPoint {
  /** Index of the strategy. */
  strategy: number;
  title: string;
  /** Bytes or milliseconds. */
  cost: number;
  accuracy: number;
  /** 95 % interval of the accuracy. */
  interval: [number, number];
}

interface ParetoChartProps {
  points: ParetoPoint[];
  /** What the cost is, with its unit left to `format`. */
  costTitle: string;
  format(cost: number): string;
  logarithmic: boolean;
}

const HEIGHT = 280;
const MARGIN = { left: 46, right: 14, top: 12, bottom: 40 };
const LABEL = { height: 13, letter: 6.3, letters: 26 };
const TICK_PX = 62;
/** Room beside the outermost points, as a share of the axis. */
const SPARE = 0.08;

/** Accuracy against a cost: a point a strategy with its interval, and the line that no strategy beats. */
export function ParetoChart({ points, costTitle, format, logarithmic }: ParetoChartProps) {
  const [node, width] = useWidth<HTMLDivElement>();
  const plotWidth = Math.max(1, width - MARGIN.left - MARGIN.right);
  const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const x = costScale(points, logarithmic).range([0, plotWidth]);
  const y = scaleLinear([0, 1], [plotHeight, 0]);
  const placed = points.map((point) => ({
    ...point,
    label: shortened(point.title),
    x: x(point.cost),
    y: y(point.accuracy),
  }));
  const labels = placeLabels(
    placed.map((point) => ({
      x: point.x,
      y: point.y,
      width: widthOf(point.label),
      height: LABEL.height,
    })),
    plotWidth,
    plotHeight,
  );
  const frontier = frontierOf(placed);
  const path = line<(typeof placed)[number]>(
    (point) => point.x,
    (point) => point.y,
  )(frontier);
  return (
    <div
      ref={node}
      className="pareto-chart"
      role="img"
      aria-label={`Accuracy in percent against ${costTitle}; the numbers are in the table of strategies below.`}
    >
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
            <Axes x={x} y={y} format={format} width={plotWidth} height={plotHeight} />
            <path className="pareto-frontier" d={path ?? ''} />
            {placed.map((point, index) => (
              <Mark
                key={point.strategy}
                point={point}
                y={y}
                best={frontier.includes(point)}
                place={labels[index]}
              />
            ))}
          </g>
          <text className="axis-title" x={MARGIN.left + plotWidth / 2} y={HEIGHT - 4}>
            {costTitle}
          </text>
          <text
            className="axis-title"
            transform={`translate(11,${MARGIN.top + plotHeight / 2}) rotate(-90)`}
          >
            accuracy (%)
          </text>
        </svg>
      )}
    </div>
  );
}

/** About as wide as a label is drawn. */
function widthOf(label: string): number {
  return label.length * LABEL.letter;
}

/** The whole name is in the table, and under the pointer. */
function shortened(title: string): string {
  return title.length > LABEL.letters ? `${title.slice(0, LABEL.letters - 1)}…` : title;
}

type CostScale = ReturnType<typeof costScale>;

function costScale(points: ParetoPoint[], logarithmic: boolean) {
  const costs = points.map(({ cost }) => cost);
  const [low, high] = [min(costs) ?? 1, max(costs) ?? 1];
  if (logarithmic && low > 0) {
    const spare = Math.max(1.15, (high / low) ** SPARE);
    return scaleLog([low / spare, high * spare], [0, 1]);
  }
  return scaleLinear([0, high > 0 ? high * (1 + SPARE) : 1], [0, 1]);
}

interface AxesProps extends Pick<ParetoChartProps, 'format'> {
  x: CostScale;
  y: (accuracy: number) => number;
  width: number;
  height: number;
}

function Axes({ x, y, format, width, height }: AxesProps) {
  return (
    <>
      {[0, 0.25, 0.5, 0.75, 1].map((accuracy) => (
        <g key={accuracy} transform={`translate(0,${y(accuracy)})`}>
          <line className="chart-rule" x2={width} />
          <text className="chart-tick" x={-7} dy="0.32em" textAnchor="end">
            {accuracy * 100}
          </text>
        </g>
      ))}
      {ticksOf(x, width).map((cost) => (
        <g key={cost} transform={`translate(${x(cost)},${height})`}>
          <line className="chart-rule" y2={5} />
          <text className="chart-tick" y={17} textAnchor="middle">
            {format(cost)}
          </text>
        </g>
      ))}
    </>
  );
}

/** A logarithmic scale gives many more ticks than there is room for: of those too near to each other the first stays. */
function ticksOf(x: CostScale, width: number): number[] {
  const room = Math.max(2, Math.floor(width / TICK_PX));
  const kept: number[] = [];
  for (const tick of x.ticks(room)) {
    const before = kept.at(-1);
    if (before === undefined || x(tick) - x(before) >= TICK_PX) kept.push(tick);
  }
  return kept;
}

interface MarkProps {
  point: ParetoPoint & { label: string; x: number; y: number };
  y: (accuracy: number) => number;
  /** On the frontier. */
  best: boolean;
  place: LabelPlace;
}

function Mark({ point, y, best, place }: MarkProps) {
  const [low, high] = point.interval;
  const leaderX = Math.min(Math.max(point.x, place.x), place.x + widthOf(point.label));
  const leaderY = place.y + (place.y < point.y ? LABEL.height : -LABEL.height) / 2;
  return (
    <g>
      <title>{`${point.title}: ${formatPercent(point.accuracy)}`}</title>
      {place.apart && (
        <line className="pareto-leader" x1={point.x} y1={point.y} x2={leaderX} y2={leaderY} />
      )}
      <path
        className="pareto-interval"
        d={`M${point.x - 4} ${y(low)}h8M${point.x} ${y(low)}V${y(high)}M${point.x - 4} ${y(high)}h8`}
      />
      <circle className={`pareto-mark${best ? ' best' : ''}`} cx={point.x} cy={point.y} r={4.5} />
      <text className="pareto-label" x={place.x} y={place.y} dy="0.32em">
        {point.label}
      </text>
    </g>
  );
}

/** The width of an element, in pixels, as it changes. */
function useWidth<E extends HTMLElement>() {
  const node = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!node.current) return;
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    observer.observe(node.current);
    return () => observer.disconnect();
  }, []);
  return [node, width] as const;
}
