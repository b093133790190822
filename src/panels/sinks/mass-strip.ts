import { axisBottom, type ScaleLinear, scaleLinear, select } from 'd3';
import type { SinkReport } from '../../worker/protocol';
import { pixelContext } from '../heatmap/pixel-context';
import { colourAt, type ScaleKind, scaled } from '../parts/weight-scale';
import { type PooledMass, pooledMass, rangeOfColumn } from './pooled-mass';

export interface MassStripProps {
  report: SinkReport;
  needleSpan: [number, number] | null;
  questionSpan: [number, number] | null;
  /** The picked key of all panels. */
  picked: number | null;
  pointed: number | null;
  scale: ScaleKind;
  dark: boolean;
}

/** A pixel of the strip: its largest mass, where that is, and the positions [from, to) under it. */
export interface StripCell {
  layer: number;
  position: number;
  mass: number;
  range: [number, number];
}

export interface MassStripCallbacks {
  onHover(cell: StripCell | null, clientX: number, clientY: number): void;
  onPick(cell: StripCell): void;
}

export interface MassStrip {
  update(props: MassStripProps): void;
  destroy(): void;
}

const MARGIN = { left: 38, right: 10, top: 2, bottom: 34 };
/** Rows shrink so that the layers of a deep model fit too. */
const ROWS_PX = 160;
const TALLEST_ROW_PX = 20;
const LABEL_PX = 11;
/** Steps of the colour scale. */
const COLOURS = 255;

/** A heat strip: the text from left to right, a row a layer, colour by the attention that a position gets. */
export function createMassStrip(node: HTMLElement, callbacks: MassStripCallbacks): MassStrip {
  const canvas = document.createElement('canvas');
  node.append(canvas);
  const svg = select(node).append('svg').attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const labels = inner.append('g').attr('class', 'chart-axis strip-layers');
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const marks = inner.append('g');
  const title = svg.append('text').attr('class', 'axis-title').text('key position (tokens)');
  const side = svg.append('text').attr('class', 'axis-title').text('layer');
  let props: MassStripProps | null = null;
  let pooled: PooledMass | null = null;
  let painted: MassStripProps | null = null;

  /** Told by the observer: to ask for it would lay out the page in the middle of an update. */
  let width = 0;
  const rowOf = (layers: number) =>
    Math.max(2, Math.min(TALLEST_ROW_PX, Math.floor(ROWS_PX / layers)));

  function draw() {
    if (!props || width <= 0) return;
    const { report } = props;
    const row = rowOf(report.layers);
    const height = row * report.layers;
    if (report !== painted?.report || pooled?.columns !== Math.min(width, report.positions)) {
      pooled = pooledMass(report, width);
      painted = null;
    }
    const x = scaleLinear([0, report.positions], [0, width]);
    if (painted?.scale !== props.scale || painted.dark !== props.dark) {
      paint(pooled, row, report.layers);
      drawAxes(x, height, row, report.layers);
    }
    drawMarks(x, height);
    painted = props;
  }

  function paint({ columns, mass }: PooledMass, row: number, layers: number) {
    if (!props) return;
    const { scale, dark } = props;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(row * layers * ratio);
    Object.assign(canvas.style, {
      left: `${MARGIN.left}px`,
      top: `${MARGIN.top}px`,
      width: `${width}px`,
      height: `${row * layers}px`,
    });
    const context = pixelContext(canvas);
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colours = Array.from({ length: COLOURS + 1 }, (_, step) =>
      colourAt(step / COLOURS, dark),
    );
    for (let layer = 0; layer < layers; layer++) {
      for (let column = 0; column < columns; column++) {
        const value = mass[layer * columns + column];
        if (Number.isNaN(value)) continue;
        context.fillStyle = colours[Math.round(scaled(value, scale) * COLOURS)];
        const left = (column * width) / columns;
        context.fillRect(left, layer * row, ((column + 1) * width) / columns - left, row);
      }
    }
  }

  function drawAxes(x: ScaleLinear<number, number>, height: number, row: number, layers: number) {
    svg
      .attr('width', MARGIN.left + width + MARGIN.right)
      .attr('height', height + MARGIN.top + MARGIN.bottom);
    node.style.height = `${height + MARGIN.top + MARGIN.bottom}px`;
    const every = Math.ceil(LABEL_PX / row);
    labels
      .selectAll('text')
      .data(Array.from({ length: Math.ceil(layers / every) }, (_, index) => index * every))
      .join('text')
      .attr('x', -6)
      .attr('y', (layer) => (layer + 0.5) * row)
      .text((layer) => layer);
    bottom.attr('transform', `translate(0,${height})`).call(
      axisBottom(x)
        .ticks(Math.max(2, width / 70))
        .tickFormat((position) => String(position)),
    );
    title.attr('x', MARGIN.left + width / 2).attr('y', height + MARGIN.top + MARGIN.bottom - 3);
    side.attr('transform', `translate(10,${MARGIN.top + height / 2}) rotate(-90)`);
  }

  function drawMarks(x: ScaleLinear<number, number>, height: number) {
    if (!props) return;
    const { needleSpan, questionSpan, picked, pointed } = props;
    const spans = [
      { name: 'needle', span: needleSpan },
      { name: 'question', span: questionSpan },
    ].flatMap(({ name, span }) => (span ? [{ name, from: x(span[0]), to: x(span[1]) }] : []));
    marks
      .selectAll<SVGRectElement, (typeof spans)[number]>('rect.span')
      .data(spans, ({ name }) => name)
      .join('rect')
      .attr('class', ({ name }) => `span at-${name}`)
      .attr('x', ({ from }) => from)
      .attr('y', height)
      .attr('width', ({ from, to }) => Math.max(2, to - from))
      .attr('height', 4);
    const bars = [
      ...(picked === null ? [] : [{ kind: 'picked', at: picked }]),
      ...(pointed === null ? [] : [{ kind: 'pointed', at: pointed }]),
    ].filter(({ at }) => at < x.domain()[1]);
    marks
      .selectAll<SVGRectElement, (typeof bars)[number]>('rect.cross')
      .data(bars, ({ kind }) => kind)
      .join('rect')
      .attr('class', ({ kind }) => `cross ${kind}`)
      .attr('x', ({ at }) => x(at) - 1)
      .attr('y', 0)
      .attr('width', ({ at }) => Math.max(1, x(at + 1) - x(at)) + 2)
      .attr('height', height);
  }

  function cellAt({ offsetX, offsetY }: MouseEvent): StripCell | null {
    if (!props || !pooled) return null;
    const { layers, positions } = props.report;
    const { columns } = pooled;
    const layer = Math.floor(offsetY / rowOf(layers));
    const column = Math.floor((offsetX / width) * columns);
    if (layer < 0 || layer >= layers || column < 0 || column >= columns) return null;
    const cell = layer * columns + column;
    return {
      layer,
      position: pooled.positions[cell],
      mass: pooled.mass[cell],
      range: rangeOfColumn(column, columns, positions),
    };
  }

  canvas.addEventListener('pointermove', (event) =>
    callbacks.onHover(cellAt(event), event.clientX, event.clientY),
  );
  canvas.addEventListener('pointerleave', () => callbacks.onHover(null, 0, 0));
  canvas.addEventListener('click', (event) => {
    const cell = cellAt(event);
    if (cell) callbacks.onPick(cell);
  });
  const observer = new ResizeObserver(([{ contentRect }]) => {
    const next = Math.floor(contentRect.width) - MARGIN.left - MARGIN.right;
    // The height follows what is drawn.
    if (next === width) return;
    width = next;
    painted = null;
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
      node.replaceChildren();
    },
  };
}
