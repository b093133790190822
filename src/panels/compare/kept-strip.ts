import { axisBottom, scaleLinear, select } from 'd3';
import { type KeptShares, meanShare } from './kept-shares';

export interface KeptStripProps {
  shares: KeptShares;
  needleSpan: [number, number] | null;
  questionSpan: [number, number] | null;
  /** The picked key, which a line marks. */
  picked: number | null;
  /** Another theme has other colours. */
  dark: boolean;
}

export interface KeptStripCallbacks {
  onHover(position: number | null, clientX: number, clientY: number): void;
  onPick(position: number): void;
}

export interface KeptStrip {
  update(props: KeptStripProps): void;
  destroy(): void;
}

/** Heights in pixels: the spans of needle and question, and the part of each run. */
const SPANS = 6;
const PART = 30;
const HEIGHT = SPANS + 2 * PART + 1;
const AXIS = 34;
const COLOURS = [
  'run-a',
  'run-b',
  'kept-both',
  'needle',
  'question',
  'field',
  'ink',
  'ink-soft',
] as const;
type Colour = (typeof COLOURS)[number];

/** Room for the names of the runs. */
const LEFT = 18;
const RIGHT = 12;

/**
 * The positions of the text from left to right: what the first run kept grows up from the middle, what the
 * second kept grows down, so that where both kept it there is a full bar, and where neither did there is none.
 */
export function createKeptStrip(node: HTMLElement, callbacks: KeptStripCallbacks): KeptStrip {
  const canvas = select(node).append('canvas').attr('aria-hidden', 'true').node();
  const svg = select(node).append('svg').attr('height', AXIS).attr('aria-hidden', 'true');
  const axis = svg.append('g').attr('class', 'chart-axis');
  const title = svg
    .append('text')
    .attr('class', 'axis-title')
    .text('position in the prompt (tokens)');
  let props: KeptStripProps | null = null;

  const count = () => props?.shares.both.length ?? 0;
  const width = () => Math.max(0, node.clientWidth - LEFT - RIGHT);

  function draw() {
    const context = canvas?.getContext('2d');
    if (!canvas || !context || !props || width() === 0 || count() === 0) return;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(node.clientWidth * ratio);
    canvas.height = Math.round(HEIGHT * ratio);
    canvas.style.height = `${HEIGHT}px`;
    context.scale(ratio, ratio);
    paint(context, props, width(), coloursOf(node));
    const x = scaleLinear([0, count()], [LEFT, LEFT + width()]);
    svg.attr('width', node.clientWidth);
    axis.call(
      axisBottom(x)
        .ticks(Math.min(8, width() / 60))
        .tickFormat((at) => String(at)),
    );
    title.attr('x', LEFT + width() / 2).attr('y', AXIS - 3);
  }

  function positionAt(clientX: number): number | null {
    const at = (clientX - node.getBoundingClientRect().left - LEFT) / width();
    if (!(at >= 0 && at < 1)) return null;
    return Math.floor(at * count());
  }

  function hover(event: PointerEvent) {
    callbacks.onHover(positionAt(event.clientX), event.clientX, event.clientY);
  }
  function leave() {
    callbacks.onHover(null, 0, 0);
  }
  function click(event: MouseEvent) {
    const position = positionAt(event.clientX);
    if (position !== null) callbacks.onPick(position);
  }
  canvas?.addEventListener('pointermove', hover);
  canvas?.addEventListener('pointerleave', leave);
  canvas?.addEventListener('click', click);
  const observer = new ResizeObserver(draw);
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

/** The colours of the style sheet as they are in the present theme, which a canvas cannot look up. */
function coloursOf(node: HTMLElement): Record<Colour, string> {
  const probe = node.appendChild(document.createElement('i'));
  const found = COLOURS.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(found);
}

function paint(
  context: CanvasRenderingContext2D,
  { shares, needleSpan, questionSpan, picked }: KeptStripProps,
  width: number,
  colours: Record<Colour, string>,
) {
  const count = shares.both.length;
  const middle = SPANS + PART;
  context.fillStyle = colours.field;
  context.fillRect(LEFT, SPANS, width, 2 * PART + 1);

  // A column for each pixel, or for each position where there are fewer.
  const columns = Math.min(count, Math.round(width));
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * count) / columns);
    const to = Math.floor(((column + 1) * count) / columns);
    const { both, onlyRun, onlyCompared } = meanShare(shares, from, to);
    // On whole pixels, so that there are no seams between bars.
    const left = LEFT + Math.round((column * width) / columns);
    const wide = LEFT + Math.round(((column + 1) * width) / columns) - left;
    const bar = (colour: Colour, share: number, top: number) => {
      context.fillStyle = colours[colour];
      context.fillRect(left, top, wide, share * PART);
    };
    bar('kept-both', both, middle - both * PART);
    bar('kept-both', both, middle + 1);
    bar('run-a', onlyRun, middle - (both + onlyRun) * PART);
    bar('run-b', onlyCompared, middle + 1 + both * PART);
  }

  context.fillStyle = colours['ink-soft'];
  context.fillRect(LEFT, middle, width, 1);
  context.font = '600 12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('A', LEFT / 2, middle - PART / 2);
  context.fillText('B', LEFT / 2, middle + PART / 2);
  const mark = (span: [number, number] | null, colour: Colour) => {
    if (!span) return;
    context.fillStyle = colours[colour];
    const from = LEFT + (span[0] * width) / count;
    context.fillRect(from, 0, Math.max(2, ((span[1] - span[0]) * width) / count), 4);
  };
  mark(needleSpan, 'needle');
  mark(questionSpan, 'question');
  if (picked !== null && picked < count) {
    context.fillStyle = colours.ink;
    context.fillRect(LEFT + ((picked + 0.5) * width) / count - 0.75, 0, 1.5, HEIGHT);
  }
}
