import { brush, type D3BrushEvent, scaleLinear, select } from 'd3';
import { createRasterDrawing, type RasterPlot } from './raster-drawing';
import { drawRasterFrame, type RasterMarks } from './raster-frame';

/** Ranges of positions [from, to) on both axes. */
export interface RasterWindow {
  steps: [number, number];
  keys: [number, number];
}

export interface AgeRasterProps extends RasterMarks {
  window: RasterWindow;
  /** By position of the key, as far as the model has read: the first row that could no longer see it. */
  evictedAt: Uint32Array;
  dark: boolean;
}

export interface RasterPoint {
  step: number;
  key: number;
}

export interface AgeRasterCallbacks {
  onHover(point: RasterPoint | null, clientX: number, clientY: number): void;
  onPick(point: RasterPoint): void;
  /** A rectangle was drawn: it should fill the view. */
  onZoom(window: RasterWindow): void;
}

export interface AgeRaster {
  update(props: AgeRasterProps): void;
  destroy(): void;
}

const MARGINS = { left: 46, right: 10, top: 6, bottom: 34 };
/** A smaller rectangle is a slip of a click. */
const LEAST_BRUSH_PX = 4;

/** Rows along x, keys along y: which entries lived how long. */
export function createAgeRaster(node: HTMLElement, callbacks: AgeRasterCallbacks): AgeRaster {
  const canvas = document.createElement('canvas');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  node.append(canvas, svg);
  const drawing = createRasterDrawing(canvas);
  const inner = select(svg)
    .append('g')
    .attr('transform', `translate(${MARGINS.left},${MARGINS.top})`);
  const marks = inner.append('g');
  const surface = inner.append('g').attr('class', 'raster-brush');
  let props: AgeRasterProps | null = null;
  let painted: { as: string; evictedAt: Uint32Array } | null = null;
  let frame = 0;

  const brushing = brush<unknown>()
    // A finger scrolls the page; a tap picks.
    .touchable(false)
    .on('end', (event: D3BrushEvent<unknown>) => brushed(event));

  function plot(): RasterPlot {
    const width = Math.max(1, node.clientWidth - MARGINS.left - MARGINS.right);
    const height = Math.max(1, node.clientHeight - MARGINS.top - MARGINS.bottom);
    const { steps, keys } = props?.window ?? { steps: [0, 1], keys: [0, 1] };
    return {
      width,
      height,
      steps: scaleLinear().domain(steps).range([0, width]),
      keys: scaleLinear().domain(keys).range([0, height]),
    };
  }

  function schedule() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  }

  function draw() {
    if (!props || node.clientWidth === 0) return;
    const at = plot();
    canvas.style.inset = `${MARGINS.top}px auto auto ${MARGINS.left}px`;
    canvas.style.width = `${at.width}px`;
    canvas.style.height = `${at.height}px`;
    select(svg).attr('width', node.clientWidth).attr('height', node.clientHeight);
    // Lines move over the raster far more often than it changes.
    const { window: shown, evictedAt, dark } = props;
    const as = JSON.stringify([shown, dark, at.width, at.height]);
    if (painted?.as !== as || painted.evictedAt !== evictedAt) {
      painted = { as, evictedAt };
      drawing.draw(at, evictedAt, Math.max(1, evictedAt.length - 1), dark);
      surface.call(
        brushing.extent([
          [0, 0],
          [at.width, at.height],
        ]),
      );
    }
    drawRasterFrame(marks, at, props);
  }

  function brushed({ selection, sourceEvent }: D3BrushEvent<unknown>) {
    if (!selection || !sourceEvent) return;
    brushing.move(surface, null);
    const [[left, top], [right, bottom]] = selection as [[number, number], [number, number]];
    if (Math.min(right - left, bottom - top) < LEAST_BRUSH_PX) return;
    const { steps, keys } = plot();
    const range = (scale: RasterPlot['steps'], from: number, to: number): [number, number] => {
      const first = Math.floor(scale.invert(from));
      return [first, Math.max(first + 1, Math.ceil(scale.invert(to)))];
    };
    callbacks.onZoom({ steps: range(steps, left, right), keys: range(keys, top, bottom) });
  }

  function pointUnder(event: MouseEvent): RasterPoint | null {
    const { steps, keys, width, height } = plot();
    const { left, top } = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (x < 0 || y < 0 || x >= width || y >= height) return null;
    const point = { step: Math.floor(steps.invert(x)), key: Math.floor(keys.invert(y)) };
    return point.step < (props?.evictedAt.length ?? 0) ? point : null;
  }

  function hover(event: PointerEvent) {
    callbacks.onHover(pointUnder(event), event.clientX, event.clientY);
  }
  function leave() {
    callbacks.onHover(null, 0, 0);
  }
  function click(event: MouseEvent) {
    const point = pointUnder(event);
    if (point) callbacks.onPick(point);
  }

  const observer = new ResizeObserver(schedule);
  observer.observe(node);
  svg.addEventListener('pointermove', hover);
  svg.addEventListener('pointerleave', leave);
  svg.addEventListener('click', click);

  return {
    update(next) {
      props = next;
      schedule();
    },
    destroy() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      node.replaceChildren();
    },
  };
}
