import { type D3ZoomEvent, scaleLinear, select, zoom, zoomIdentity, zoomTransform } from 'd3';
import type { Tile } from '../../worker/protocol';
import { type AxesProps, createHeatmapAxes, type Margins, showsTokens } from './heatmap-axes';
import { createHeatmapDrawing, type Plot } from './heatmap-drawing';
import { DEEPEST_TOKENS, marginsFor, resizedZoom, type Size, zoomTo } from './heatmap-geometry';
import { mapKeyOf } from './map-keys';
import type { MapLook } from './tile-image';

export interface HeatmapProps extends AxesProps {
  /** Tokens on both axes. */
  length: number;
  /** Tokens that have weights: fewer than `length` while a run goes on. */
  processed: number;
  /** Drawn one over the other, the last on top. */
  tiles: Tile[];
  look: MapLook;
}

/** What can be seen: ranges of positions [from, to), and the pixels of the screen that there are for them. */
export interface HeatmapView {
  queries: [number, number];
  keys: [number, number];
  width: number;
  height: number;
}

export interface Cell {
  query: number;
  key: number;
}

export interface HeatmapCallbacks {
  onView(view: HeatmapView): void;
  onHover(cell: Cell | null, clientX: number, clientY: number): void;
  onPick(cell: Cell): void;
}

export interface Heatmap {
  update(props: HeatmapProps): void;
  zoomBy(factor: number): void;
  showAll(): void;
  /** Zooms until both ranges fill the view as far as one zoom for both axes allows. */
  show(queries: [number, number], keys: [number, number]): void;
  /** Moves a zoomed view until a cell can be seen. */
  reveal(cell: Cell): void;
  destroy(): void;
}

/** A map of weights that can be zoomed from the whole text to single cells. */
export function createHeatmap(node: HTMLElement, callbacks: HeatmapCallbacks): Heatmap {
  const canvas = document.createElement('canvas');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  node.append(canvas, svg);
  const drawing = createHeatmapDrawing(canvas);
  const axes = createHeatmapAxes(svg);
  const surface = select(canvas);
  let props: HeatmapProps | null = null;
  let size: Size = { width: 0, height: 0 };
  let frame = 0;

  const zooming = zoom<HTMLCanvasElement, unknown>()
    // One finger scrolls the page until the map is zoomed; then it moves the map.
    .filter((event: Event) => !(isOneTouch(event) && zoomTransform(canvas).k === 1))
    .on('zoom', (_event: D3ZoomEvent<HTMLCanvasElement, unknown>) => viewChanged());
  surface.call(zooming).on('dblclick.zoom', null);

  function plot(): Plot {
    const transform = zoomTransform(canvas);
    const length = Math.max(1, props?.length ?? 1);
    const { width, height } = size;
    return {
      width,
      height,
      keys: transform.rescaleX(scaleLinear([0, length], [0, width])),
      queries: transform.rescaleY(scaleLinear([0, length], [0, height])),
    };
  }

  function schedule() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    if (!props || size.width <= 0 || size.height <= 0) return;
    const now = plot();
    drawing.draw(now, props.tiles, props.look);
    axes.draw(now, margins(), props);
  }

  /** Tokens under the map need more room than positions. */
  function margins(): Margins {
    const { keys } = plot();
    return marginsFor(node.clientWidth, showsTokens(keys));
  }

  function viewChanged() {
    canvas.style.touchAction = zoomTransform(canvas).k === 1 ? 'pan-y' : 'none';
    schedule();
    if (size.height !== node.clientHeight - margins().top - margins().bottom) return resize();
    if (!props || size.width <= 0) return;
    const { keys, queries, width, height } = plot();
    const visible = (scale: Plot['keys']): [number, number] => {
      const [from, to] = scale.domain();
      return [Math.max(0, Math.floor(from + 1e-6)), Math.ceil(to - 1e-6)];
    };
    callbacks.onView({
      queries: visible(queries),
      keys: visible(keys),
      width: Math.round(width * window.devicePixelRatio),
      height: Math.round(height * window.devicePixelRatio),
    });
  }

  function resize() {
    const { left, right, top, bottom } = margins();
    const width = node.clientWidth - left - right;
    const height = node.clientHeight - top - bottom;
    if (width <= 0 || height <= 0) return;
    const kept = resizedZoom(zoomTransform(canvas), size, { width, height });
    size = { width, height };
    canvas.style.left = `${left}px`;
    canvas.style.top = `${top}px`;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    limitZoom();
    surface.call(zooming.transform, kept);
  }

  function limitZoom() {
    const { width, height } = size;
    zooming
      .extent([
        [0, 0],
        [width, height],
      ])
      .translateExtent([
        [0, 0],
        [width, height],
      ])
      .scaleExtent([1, Math.max(1, (props?.length ?? 1) / DEEPEST_TOKENS)]);
  }

  /** A text that grows keeps the pixels per token of a zoomed view. */
  function lengthChanged(before: number, after: number) {
    limitZoom();
    const { k, x, y } = zoomTransform(canvas);
    const zoomed =
      k > 1 ? zoomIdentity.translate(x, y).scale(Math.max(1, (k * after) / before)) : zoomIdentity;
    surface.call(zooming.transform, zoomed);
  }

  function cellUnder(event: PointerEvent | MouseEvent): Cell | null {
    const { keys, queries } = plot();
    const { left, top } = canvas.getBoundingClientRect();
    const key = Math.floor(keys.invert(event.clientX - left));
    const query = Math.floor(queries.invert(event.clientY - top));
    const length = props?.length ?? 0;
    return key >= 0 && query >= 0 && key < length && query < length ? { query, key } : null;
  }

  function hover(event: PointerEvent) {
    callbacks.onHover(cellUnder(event), event.clientX, event.clientY);
  }
  function leave() {
    callbacks.onHover(null, 0, 0);
  }
  function click(event: MouseEvent) {
    const cell = cellUnder(event);
    if (cell && !event.defaultPrevented) callbacks.onPick(cell);
  }

  function press(event: KeyboardEvent) {
    const pressed = mapKeyOf(event);
    if (!props || !pressed) return;
    event.preventDefault();
    const { picked } = props;
    const { keys, queries } = plot();
    switch (pressed.does) {
      case 'move': {
        // By cells, or by a pixel's worth of tokens where cells are smaller.
        const step = (scale: Plot['keys']) => Math.ceil(1 / (scale(1) - scale(0)));
        // Not past the newest token: of one that is still to come there is nothing to read out.
        const last = Math.max(0, props.processed - 1);
        callbacks.onPick({
          query: clamp((picked.query ?? last) + pressed.query * step(queries), last),
          key: clamp((picked.key ?? 0) + pressed.key * step(keys), last),
        });
        break;
      }
      case 'pan': {
        const { k } = zoomTransform(canvas);
        const [x, y] = [pressed.x * size.width, pressed.y * size.height];
        surface.call(zooming.translateBy, x / k, y / k);
        break;
      }
      case 'zoom':
        zoomAtPicked(pressed.factor);
        break;
      case 'show all':
        showAll();
    }
  }

  function zoomAtPicked(factor: number) {
    const { keys, queries, width, height } = plot();
    const { query, key } = props?.picked ?? { query: null, key: null };
    const x = key === null ? width / 2 : keys(key + 0.5);
    const y = query === null ? height / 2 : queries(query + 0.5);
    surface.call(zooming.scaleBy, factor, [x, y]);
  }

  function reveal({ query, key }: Cell) {
    const { keys, queries, width, height } = plot();
    const { k } = zoomTransform(canvas);
    const [x, y] = [keys(key + 0.5), queries(query + 0.5)];
    const dx = x < 0 || x > width ? width / 2 - x : 0;
    const dy = y < 0 || y > height ? height / 2 - y : 0;
    if (dx !== 0 || dy !== 0) surface.call(zooming.translateBy, dx / k, dy / k);
  }

  function showAll() {
    surface.call(zooming.transform, zoomIdentity);
  }

  const observer = new ResizeObserver(resize);
  observer.observe(node);
  canvas.addEventListener('pointermove', hover);
  canvas.addEventListener('pointerleave', leave);
  canvas.addEventListener('click', click);
  node.addEventListener('keydown', press);

  return {
    update(next) {
      const before = props?.length;
      props = next;
      if (before !== next.length) lengthChanged(before ?? next.length, next.length);
      schedule();
    },
    zoomBy: zoomAtPicked,
    showAll,
    reveal,
    show(queries, keys) {
      surface.call(zooming.transform, zoomTo(queries, keys, props?.length ?? 1, size));
    },
    destroy() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      surface.on('.zoom', null);
      node.removeEventListener('keydown', press);
      node.replaceChildren();
    },
  };
}

function isOneTouch(event: Event): boolean {
  return event.type === 'touchstart' && (event as TouchEvent).touches.length === 1;
}

function clamp(value: number, last: number): number {
  return Math.min(last, Math.max(0, value));
}
