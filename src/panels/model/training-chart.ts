import {
  axisBottom,
  axisLeft,
  extent,
  format,
  line,
  pointer,
  scaleLinear,
  scaleLog,
  select,
  symbol,
} from 'd3';
import type { TrainingCurves, TrainingPanel } from '../../worker/protocol';
import { lineMark } from '../parts/line-marks';
import { logTicks } from '../parts/log-ticks';
import { formatShort } from '../parts/numbers';

export interface TrainingChart {
  /** @param tokens where the cursor stands */
  update(tokens: number): void;
  destroy(): void;
}

const HEIGHT = 130;
const MARGIN = { left: 44, right: 10, top: 6, bottom: 32 };
const SYMBOL_AREA = 30;

/**
 * Curves of one unit over the tokens seen, the place of the release marked, with a cursor.
 * @param onPoint called with the tokens under the pointer
 */
export function createTrainingChart(
  node: HTMLElement,
  { title, curves, axis }: TrainingPanel,
  { tokens, released }: Pick<TrainingCurves, 'tokens' | 'released'>,
  onPoint: (tokens: number) => void,
): TrainingChart {
  const svg = select(node).append('svg').attr('height', HEIGHT).attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const cursor = inner.append('line').attr('class', 'training-cursor');
  const release = inner.append('line').attr('class', 'training-release');
  const paths = inner.append('g');
  const ends = inner.append('g');
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const left = inner.append('g').attr('class', 'chart-axis');
  const bottomTitle = svg.append('text').attr('class', 'axis-title').text('tokens seen');
  const marked = curves.map((curve, index) => ({ ...curve, mark: lineMark(index) }));
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const x = scaleLinear([0, tokens], [0, 0]);
  const y = valueScale(axis, curves).range([height, 0]);
  let at = tokens;

  svg.on('pointermove', (event: PointerEvent) => {
    const [place] = pointer(event, inner.node());
    onPoint(Math.min(tokens, Math.max(0, x.invert(place))));
  });

  function draw() {
    const width = node.clientWidth - MARGIN.left - MARGIN.right;
    if (width <= 0) return;
    x.range([0, width]);
    svg.attr('width', node.clientWidth);
    bottom.attr('transform', `translate(0,${height})`).call(
      axisBottom(x)
        .ticks(Math.max(2, width / 80))
        .tickFormat((value) => format('~s')(value)),
    );
    left.call(
      axisLeft(y)
        .tickValues(axis === 'log' ? logTicks(y.domain(), height) : y.ticks(4))
        .tickFormat((value) => formatShort(Number(value))),
    );
    bottomTitle.attr('x', MARGIN.left + width / 2).attr('y', HEIGHT - 3);
    release
      .attr('visibility', released === null ? 'hidden' : 'visible')
      .attr('x1', x(released ?? 0))
      .attr('x2', x(released ?? 0))
      .attr('y2', height);
    const path = line<[number, number]>(
      ([seen]) => x(seen),
      ([, value]) => y(value),
    );
    paths
      .selectAll('path')
      .data(marked)
      .join('path')
      .attr('class', 'training-line')
      .style('stroke', ({ mark }) => mark.colour)
      .attr('stroke-dasharray', ({ mark }) => mark.dashes)
      .attr('d', ({ points }) => path(points));
    ends
      .selectAll('path')
      .data(marked)
      .join('path')
      .style('fill', ({ mark }) => mark.colour)
      .attr('d', ({ mark }) => symbol(mark.symbol, SYMBOL_AREA)())
      .attr('transform', ({ points }) => {
        const [seen, value] = points[points.length - 1];
        return `translate(${x(seen)},${y(value)})`;
      });
    cursor.attr('x1', x(at)).attr('x2', x(at)).attr('y2', height);
  }

  node.setAttribute('aria-label', `${title} over the tokens seen; the values stand below.`);
  const observer = new ResizeObserver(draw);
  observer.observe(node);
  return {
    update(next) {
      at = next;
      draw();
    },
    destroy() {
      observer.disconnect();
      node.replaceChildren();
    },
  };
}

function valueScale(axis: TrainingPanel['axis'], curves: TrainingPanel['curves']) {
  if (axis === 'share') return scaleLinear().domain([0, 1]);
  const [low = 0, high = 1] = extent(
    curves.flatMap(({ points }) => points.map(([, value]) => value)),
  );
  const domain = [low, Math.max(high, low * 1.01)];
  return axis === 'log' ? scaleLog().domain(domain) : scaleLinear().domain(domain).nice(4);
}
