import { axisBottom, axisLeft, range, type ScaleLinear, type Selection, select } from 'd3';
import type { PlacedNeedle } from '../../needle/prompt-spec';
import { onOneLine } from '../parts/token-text';
import type { Plot } from './heatmap-drawing';

export interface Margins {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface AxesProps {
  pieces: string[];
  promptLength: number;
  needles: PlacedNeedle[];
  questionSpan: [number, number] | null;
  /** The picked row and column. */
  picked: { query: number | null; key: number | null };
  pointed: { query: number | null; key: number | null };
  /** The row at whose time the run is looked at, or null: now. */
  step: number | null;
}

/** Below this many pixels a token its text does not fit as a label. */
const TOKEN_LABEL_PX = 13;
const LETTER_PX = 6.7;
/** What a margin holds beside its labels: ticks, gaps, and the title of the axis. */
const BESIDE_LABELS_PX = 34;
/** Key labels are turned by 60°. */
const TURNED = Math.sin(Math.PI / 3);

const NAME_ANCHORS = { needle: 'middle', distractor: 'middle', question: 'end', answer: 'start' };

type Group = Selection<SVGGElement, unknown, null, undefined>;

export interface HeatmapAxes {
  draw(plot: Plot, margins: Margins, props: AxesProps): void;
}

/** Axes, spans of needle and question, and the lines of the picked cell, over the canvas. */
export function createHeatmapAxes(svg: SVGSVGElement): HeatmapAxes {
  const root = select(svg);
  const inner = root.append('g');
  const spans = inner.append('g');
  const cross = inner.append('g');
  const frame = inner.append('rect').attr('class', 'map-frame');
  const keyAxis = inner.append('g').attr('class', 'map-axis');
  const queryAxis = inner.append('g').attr('class', 'map-axis');
  const keyTitle = root.append('text').attr('class', 'axis-title').text('key token (position)');
  const queryTitle = root.append('text').attr('class', 'axis-title').text('query token (position)');

  return {
    draw(plot, margins, props) {
      const { width, height, keys, queries } = plot;
      const { left, right, top, bottom } = margins;
      root.attr('width', left + width + right).attr('height', top + height + bottom);
      inner.attr('transform', `translate(${left},${top})`);
      frame.attr('width', width).attr('height', height);
      queryTitle.attr('transform', `translate(11,${top + height / 2}) rotate(-90)`);

      const keyTicks = ticksOf(keys, width, 70, props.pieces.length);
      keyTitle.attr('x', left + width / 2).attr('y', top + height + bottom - 4);
      const keyRoom = (bottom - BESIDE_LABELS_PX) / TURNED;
      keyAxis.attr('transform', `translate(0,${height + 5})`).call(
        axisBottom(centred(keys))
          .tickValues(keyTicks.values)
          .tickFormat((position) =>
            labelOf(Number(position), keyTicks.asTokens, props.pieces, keyRoom),
          ),
      );
      keyAxis.classed('turned', keyTicks.asTokens);
      const queryTicks = ticksOf(queries, height, 36, props.pieces.length);
      queryAxis.attr('transform', 'translate(-5,0)').call(
        axisLeft(centred(queries))
          .tickValues(queryTicks.values)
          .tickFormat((position) =>
            labelOf(Number(position), queryTicks.asTokens, props.pieces, left - BESIDE_LABELS_PX),
          ),
      );
      drawSpans(spans, plot, props);
      drawCross(cross, plot, props);
    },
  };
}

/** Whether there is room for the token beside each row or column. */
export function showsTokens(scale: ScaleLinear<number, number>): boolean {
  return scale(1) - scale(0) >= TOKEN_LABEL_PX;
}

/** Ticks sit in the middle of their cell. */
function centred(scale: ScaleLinear<number, number>): ScaleLinear<number, number> {
  const half = (scale(1) - scale(0)) / 2;
  const [from, to] = scale.range();
  return scale.copy().range([from + half, to + half]);
}

function ticksOf(
  scale: ScaleLinear<number, number>,
  pixels: number,
  apart: number,
  tokens: number,
) {
  const [from, to] = scale.domain();
  const asTokens = showsTokens(scale);
  const middle = centred(scale);
  const values = asTokens
    ? range(Math.floor(from), Math.min(Math.ceil(to), tokens)).filter(
        (position) => middle(position) >= 0 && middle(position) <= pixels,
      )
    : scale
        .ticks(Math.max(2, pixels / apart))
        .filter((value) => Number.isInteger(value) && value < to);
  return { values, asTokens };
}

/** A token and its position, cut to the room; or only the position. */
function labelOf(position: number, asToken: boolean, pieces: string[], roomPx: number): string {
  if (!asToken) return String(position);
  const piece = onOneLine(pieces[position] ?? '').trim();
  const letters = Math.max(2, Math.floor(roomPx / LETTER_PX) - String(position).length - 1);
  const short = piece.length > letters ? `${piece.slice(0, letters - 1)}…` : piece;
  return `${short} ${position}`;
}

interface Span {
  name: keyof typeof NAME_ANCHORS;
  /** Which axis it lies on. */
  on: 'keys' | 'queries';
  range: [number, number];
}

/** Several needles have the same name and another place each. */
function keyOf({ name, range: [from] }: Span): string {
  return `${name} ${from}`;
}

function drawSpans(group: Group, { width, height, keys, queries }: Plot, props: AxesProps) {
  const { needles, questionSpan, promptLength, pieces } = props;
  const all: Span[] = needles.map(({ span, asked }) => ({
    name: asked ? 'needle' : 'distractor',
    on: 'keys',
    range: span,
  }));
  if (questionSpan) all.push({ name: 'question', on: 'queries', range: questionSpan });
  if (pieces.length > promptLength) {
    all.push({ name: 'answer', on: 'queries', range: [promptLength, pieces.length] });
  }
  const boxes = all.flatMap((span) => {
    const [scale, end] = span.on === 'keys' ? [keys, width] : [queries, height];
    const from = Math.max(0, scale(span.range[0]));
    const to = Math.min(end, scale(span.range[1]));
    return to > from ? [{ ...span, from, size: Math.max(2, to - from) }] : [];
  });
  group
    .selectAll<SVGRectElement, (typeof boxes)[number]>('rect.span')
    .data(boxes, keyOf)
    .join('rect')
    .attr('class', ({ name }) => `span at-${name}`)
    .attr('x', ({ on, from }) => (on === 'keys' ? from : -5))
    .attr('y', ({ on, from }) => (on === 'keys' ? height : from))
    .attr('width', ({ on, size }) => (on === 'keys' ? size : 5))
    .attr('height', ({ on, size }) => (on === 'keys' ? 5 : size));
  const lines = boxes.flatMap(({ name, on, from, size }) =>
    [from, from + size].map((at) => ({ name, on, at })),
  );
  group
    .selectAll<SVGLineElement, (typeof lines)[number]>('line')
    .data(lines)
    .join('line')
    .attr('class', ({ name }) => `span-line at-${name}`)
    .attr('x1', ({ on, at }) => (on === 'keys' ? at : 0))
    .attr('x2', ({ on, at }) => (on === 'keys' ? at : width))
    .attr('y1', ({ on, at }) => (on === 'keys' ? 0 : at))
    .attr('y2', ({ on, at }) => (on === 'keys' ? height : at));
  group
    .selectAll<SVGTextElement, (typeof boxes)[number]>('text')
    .data(boxes, keyOf)
    .join('text')
    .attr('class', ({ name }) => `span-name at-${name}`)
    .attr('text-anchor', ({ name }) => NAME_ANCHORS[name])
    // Names of rows stand beside the map; question and answer grow away from each other.
    .attr('transform', ({ on, from, size, name }) =>
      on === 'keys'
        ? `translate(${from + size / 2},-4)`
        : `translate(${width + 6},${name === 'answer' ? from + 3 : from + size - 3}) rotate(90)`,
    )
    .text(({ name }) => name);
}

function drawCross(group: Group, plot: Plot, { picked, pointed, step }: AxesProps) {
  const { width, height, keys, queries } = plot;
  const bars = [
    ...(picked.query === null ? [] : [{ kind: 'picked row', at: picked.query }]),
    ...(picked.key === null ? [] : [{ kind: 'picked column', at: picked.key }]),
    ...(step === null ? [] : [{ kind: 'step row', at: step }]),
    ...(pointed.query === null ? [] : [{ kind: 'pointed row', at: pointed.query }]),
    ...(pointed.key === null ? [] : [{ kind: 'pointed column', at: pointed.key }]),
  ].map(({ kind, at }) => {
    const row = kind.endsWith('row');
    const scale = row ? queries : keys;
    const end = row ? height : width;
    const from = Math.max(-1, Math.min(end, scale(at)));
    const to = Math.max(-1, Math.min(end, scale(at + 1)));
    return { kind, row, from, size: Math.max(1, to - from), seen: to >= 0 && from < end };
  });
  group
    .selectAll<SVGRectElement, (typeof bars)[number]>('rect')
    .data(
      bars.filter(({ seen }) => seen),
      ({ kind }) => kind,
    )
    .join('rect')
    .attr('class', ({ kind }) => `cross ${kind}`)
    .attr('x', ({ row, from }) => (row ? 0 : from))
    .attr('y', ({ row, from }) => (row ? from : 0))
    .attr('width', ({ row, size }) => (row ? width : size))
    .attr('height', ({ row, size }) => (row ? size : height));
}
