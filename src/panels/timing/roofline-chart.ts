import {
  axisBottom,
  axisLeft,
  extent,
  line,
  scaleLog,
  select,
  symbol,
  symbolCircle,
  symbolSquare,
} from 'd3';
import type { Roofline } from '../../worker/protocol';
import { formatSi } from '../parts/numbers';
import { placeLabels } from '../parts/place-labels';
import { type RooflinePoint, ridgeOf, roofAt } from './roofline-points';

export interface RooflineChartData {
  /** null: not measured, so that there are only points. */
  roofline: Roofline | null;
  points: RooflinePoint[];
}

export interface RooflineChart {
  update(data: RooflineChartData): void;
  destroy(): void;
}

interface Callbacks {
  onHover(point: RooflinePoint | null, clientX: number, clientY: number): void;
  onPick(point: RooflinePoint): void;
}

const HEIGHT = 270;
const MARGIN = { left: 58, right: 12, top: 10, bottom: 40 };
/** Area of a mark for no and for all of the time, in square pixels. */
const AREA = { least: 26, most: 300 };
/** Of each phase, only the largest have their name beside them; the others are in the table. */
const LABELLED = 3;
const LABEL = { height: 12, letter: 5.7 };
/** Room around the points, as a factor. */
const SPARE = 2;

/** Attained FLOP/s over FLOP per byte, both logarithmic, below the roof of memory and arithmetic. */
export function createRooflineChart(node: HTMLElement, callbacks: Callbacks): RooflineChart {
  const svg = select(node).append('svg').attr('height', HEIGHT).attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const roof = inner.append('path').attr('class', 'roofline-roof');
  const ridge = inner.append('g').attr('class', 'roofline-ridge');
  ridge.append('line');
  ridge.append('text').text('ridge');
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const left = inner.append('g').attr('class', 'chart-axis');
  const marks = inner.append('g');
  const labels = inner.append('g');
  const bottomTitle = svg.append('text').attr('class', 'axis-title').text('intensity (FLOP/byte)');
  const leftTitle = svg.append('text').attr('class', 'axis-title').text('attained (FLOP/s)');
  let data: RooflineChartData = { roofline: null, points: [] };

  function draw() {
    const width = node.clientWidth - MARGIN.left - MARGIN.right;
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    if (width <= 0) return;
    const { roofline, points } = data;
    const ridgeX = roofline && ridgeOf(roofline);
    const x = scaleLog(domainOf([...points.map(({ intensity }) => intensity), ridgeX]), [0, width]);
    const [from, to] = x.domain();
    const roofs = roofline ? [roofAt(roofline, to)] : [];
    const y = scaleLog(
      domainOf([...points.map(({ flopsPerSecond }) => flopsPerSecond), ...roofs]),
      [height, 0],
    );
    svg.attr('width', node.clientWidth);
    bottom.attr('transform', `translate(0,${height})`).call(
      axisBottom(x)
        .tickValues(powers(x.domain(), width / 48))
        .tickFormat((value) => formatSi(Number(value), '')),
    );
    left.call(
      axisLeft(y)
        .tickValues(powers(y.domain(), height / 24))
        .tickFormat((value) => formatSi(Number(value), '')),
    );
    bottomTitle.attr('x', MARGIN.left + width / 2).attr('y', HEIGHT - 4);
    leftTitle.attr('transform', `translate(11,${MARGIN.top + height / 2}) rotate(-90)`);

    // The slope may begin below the chart.
    const low = y.domain()[0];
    const corners =
      roofline && ridgeX
        ? [Math.max(from, low / roofline.bytesPerSecond), ridgeX, to].map(
            (at): [number, number] => [x(at), y(roofAt(roofline, at))],
          )
        : [];
    roof.attr('d', line()(corners));
    ridge
      .attr('visibility', ridgeX ? 'visible' : 'hidden')
      .attr('transform', `translate(${ridgeX ? x(ridgeX) : 0},0)`);
    ridge
      .select('line')
      .attr('y1', roofline && ridgeX ? y(roofAt(roofline, ridgeX)) : 0)
      .attr('y2', height);
    ridge
      .select('text')
      .attr('x', 4)
      .attr('y', height - 5);

    // The smaller ones on top of the larger.
    const placed = points
      .map((point) => ({ ...point, x: x(point.intensity), y: y(point.flopsPerSecond) }))
      .sort((a, b) => b.share - a.share);
    marks
      .selectAll('path')
      .data(placed)
      .join('path')
      .attr('class', ({ phase }) => `roofline-mark ${phase}`)
      .attr('d', ({ phase, share }) =>
        symbol(
          phase === 'prefill' ? symbolCircle : symbolSquare,
          AREA.least + share * (AREA.most - AREA.least),
        )(),
      )
      .attr('transform', (point) => `translate(${point.x},${point.y})`)
      .on('pointermove', (event: PointerEvent, point) =>
        callbacks.onHover(point, event.clientX, event.clientY),
      )
      .on('pointerleave', (event: PointerEvent) =>
        callbacks.onHover(null, event.clientX, event.clientY),
      )
      .on('click', (_: PointerEvent, point) => callbacks.onPick(point));
    const named = (['prefill', 'decode'] as const).flatMap((phase) =>
      placed.filter((point) => point.phase === phase).slice(0, LABELLED),
    );
    const places = placeLabels(
      named.map((point) => ({
        x: point.x,
        y: point.y,
        width: widthOf(point.name),
        height: LABEL.height,
      })),
      width,
      height,
    );
    labels
      .selectAll('line')
      .data(named)
      .join('line')
      .attr('class', 'roofline-leader')
      .attr('visibility', (_, index) => (places[index].apart ? 'visible' : 'hidden'))
      .attr('x1', (point) => point.x)
      .attr('y1', (point) => point.y)
      .attr('x2', (point, index) =>
        places[index].x > point.x ? places[index].x - 2 : places[index].x + widthOf(point.name) + 2,
      )
      .attr('y2', (_, index) => places[index].y);
    labels
      .selectAll('text')
      .data(named)
      .join('text')
      .attr('class', 'roofline-label')
      .attr('dy', '0.32em')
      .attr('x', (_, index) => places[index].x)
      .attr('y', (_, index) => places[index].y)
      .text(({ name }) => name);
  }

  const observer = new ResizeObserver(draw);
  observer.observe(node);
  return {
    update(next) {
      data = next;
      draw();
    },
    destroy() {
      observer.disconnect();
      node.replaceChildren();
    },
  };
}

/** About as wide as a label is drawn. */
function widthOf(label: string): number {
  return label.length * LABEL.letter;
}

function domainOf(values: (number | null)[]): [number, number] {
  const [low = 0.1, high = 10] = extent(values.filter((value) => value !== null));
  return [low / SPARE, high * SPARE];
}

/** Powers of ten within a domain, fewer where there is no room. */
function powers([low, high]: number[], room: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(2, room)));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) ticks.push(10 ** power);
  return ticks;
}
