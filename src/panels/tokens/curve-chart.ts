import { area, axisBottom, axisLeft, line, max, scaleLinear, select } from 'd3';
import { formatShort } from '../parts/numbers';
import { type CurvePoint, curvePoints } from './curve-points';

export interface Curve {
  title: string;
  unit: string;
  /** One a position; not a number where there is none. */
  values: Float32Array;
}

export interface CurveChartProps {
  /** One below the other, over the same positions. */
  curves: Curve[];
  /** Where the prompt ends and the answer begins. */
  promptLength: number;
  /** Where the needles lie. */
  needles: [number, number][];
  query: number | null;
}

export interface CurveChartCallbacks {
  onHover(position: number | null, clientX: number, clientY: number): void;
  onPick(position: number): void;
}

export interface CurveChart {
  update(props: CurveChartProps): void;
  destroy(): void;
}

const PANE_PX = 50;
const GAP_PX = 12;
const MARGIN = { left: 36, right: 10, top: 6, bottom: 32 };

/** Curves along the text, with the place of the picked token. */
export function createCurveChart(node: HTMLElement, callbacks: CurveChartCallbacks): CurveChart {
  const svg = select(node).append('svg').attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const spans = inner.append('g');
  const panes = inner.append('g');
  const mark = inner.append('line').attr('class', 'curve-mark');
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const title = svg.append('text').attr('class', 'axis-title').text('position (tokens)');
  let props: CurveChartProps | null = null;

  /** Told by the observer: to ask for it would lay out the page in the middle of an update. */
  let width = 0;
  const positions = () => Math.max(1, ...(props?.curves ?? []).map(({ values }) => values.length));

  function draw() {
    if (!props || width <= 0) return;
    const { curves, promptLength, needles, query } = props;
    const height = curves.length * (PANE_PX + GAP_PX) - GAP_PX;
    const x = scaleLinear([0, positions()], [0, width]);
    svg
      .attr('width', MARGIN.left + width + MARGIN.right)
      .attr('height', height + MARGIN.top + MARGIN.bottom);
    node.style.height = `${height + MARGIN.top + MARGIN.bottom}px`;
    bottom.attr('transform', `translate(0,${height})`).call(axisBottom(x).ticks(width / 80));
    title.attr('x', MARGIN.left + width / 2).attr('y', height + MARGIN.top + MARGIN.bottom - 3);

    const bands = [
      ...needles.map(([from, to]) => ({ name: 'at-needle', from, to })),
      { name: 'at-answer', from: promptLength, to: positions() },
    ].filter(({ from, to }) => to > from);
    spans
      .selectAll('rect')
      .data(bands)
      .join('rect')
      .attr('class', ({ name }) => `curve-band ${name}`)
      .attr('x', ({ from }) => x(from))
      .attr('width', ({ from, to }) => Math.max(1, x(to) - x(from)))
      .attr('height', height);

    panes
      .selectAll<SVGGElement, Curve>('g.pane')
      .data(curves)
      .join((entered) => {
        const pane = entered.append('g').attr('class', 'pane');
        pane.append('path').attr('class', 'curve-area');
        pane.append('path').attr('class', 'curve-line');
        pane.append('g').attr('class', 'chart-axis');
        pane.append('text').attr('class', 'curve-title').attr('x', 5).attr('y', 9);
        return pane;
      })
      .attr('transform', (_, index) => `translate(0,${index * (PANE_PX + GAP_PX)})`)
      .each(function (curve) {
        const points = curvePoints(curve.values, width);
        const most = max(points, ({ value }) => value) ?? 1;
        const y = scaleLinear([0, most || 1], [PANE_PX, 0]).nice(2);
        const at = ({ position }: CurvePoint) => x(position + 0.5);
        const pane = select(this);
        const top = ({ value }: CurvePoint) => y(value);
        pane.select('.curve-area').attr('d', area<CurvePoint>(at, PANE_PX, top)(points));
        pane.select('.curve-line').attr('d', line<CurvePoint>(at, top)(points));
        const left = axisLeft<number>(y).ticks(2).tickFormat(formatShort);
        pane.select<SVGGElement>('.chart-axis').call(left);
        pane.select('.curve-title').text(`${curve.title} (${curve.unit})`);
      });
    mark
      .attr('visibility', query === null ? 'hidden' : 'visible')
      .attr('x1', x((query ?? 0) + 0.5))
      .attr('x2', x((query ?? 0) + 0.5))
      .attr('y2', height);
  }

  function positionAt({ clientX }: MouseEvent): number | null {
    const left = node.getBoundingClientRect().left + MARGIN.left;
    const position = Math.floor(((clientX - left) / width) * positions());
    return position >= 0 && position < positions() ? position : null;
  }

  function move(event: PointerEvent) {
    callbacks.onHover(positionAt(event), event.clientX, event.clientY);
  }
  function leave() {
    callbacks.onHover(null, 0, 0);
  }
  function click(event: MouseEvent) {
    const position = positionAt(event);
    if (position !== null) callbacks.onPick(position);
  }
  node.addEventListener('pointermove', move);
  node.addEventListener('pointerleave', leave);
  node.addEventListener('click', click);
  const observer = new ResizeObserver(([{ contentRect }]) => {
    const next = Math.floor(contentRect.width) - MARGIN.left - MARGIN.right;
    // The height follows what is drawn.
    if (next === width) return;
    width = next;
    draw();
  });
  observer.observe(node);

  return {
    update(next) {
      props = next;
      draw();
    },
    destroy() {
      observer.disconnect();
      node.removeEventListener('pointermove', move);
      node.removeEventListener('pointerleave', leave);
      node.removeEventListener('click', click);
      node.replaceChildren();
    },
  };
}
