import { axisBottom, axisLeft, type ScaleLinear, type Selection } from 'd3';
import type { RasterPlot } from './raster-drawing';

/** What is marked on the raster, in positions of the text. */
export interface RasterMarks {
  promptLength: number;
  needleSpan: [number, number] | null;
  questionSpan: [number, number] | null;
  /** The row that all panels show, and the picked key. */
  step: number | null;
  key: number | null;
  pointed: { query: number | null; key: number | null };
}

type Group = Selection<SVGGElement, unknown, null, undefined>;

interface Box {
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Axes, spans, and the lines of the picked row and key, over the canvas. */
export function drawRasterFrame(group: Group, plot: RasterPlot, marks: RasterMarks): void {
  const { width, height, steps, keys } = plot;
  layer(group, 'x-axis')
    .attr('transform', `translate(0,${height})`)
    .call(
      axisBottom(steps)
        .tickValues(wholeTicks(steps, width / 60))
        .tickFormat(String),
    );
  layer(group, 'y-axis').call(
    axisLeft(keys)
      .tickValues(wholeTicks(keys, height / 32))
      .tickFormat(String),
  );
  title(group, 'x-title', `translate(${width / 2},${height + 31})`, 'step: position of the row');
  title(group, 'y-title', `translate(-37,${height / 2}) rotate(-90)`, 'position of the key');
  const boxes: Box[] = [
    { name: 'raster-frame', x: 0, y: 0, width, height },
    ...spans(plot, marks),
    ...lines(plot, marks),
  ];
  group
    .selectAll<SVGRectElement, Box>('rect')
    .data(boxes, ({ name }) => name)
    .join('rect')
    .attr('class', ({ name }) => name)
    .attr('x', ({ x }) => x)
    .attr('y', ({ y }) => y)
    .attr('width', (box) => box.width)
    .attr('height', (box) => box.height);
}

/** Needle and question lie beside the keys, the end of the prompt among the rows. */
function spans({ width, height, steps, keys }: RasterPlot, marks: RasterMarks): Box[] {
  const { needleSpan, questionSpan, promptLength } = marks;
  const boxes: Box[] = [];
  const beside = (name: string, span: [number, number] | null) => {
    if (!span) return;
    const [from, to] = within(keys, span, height);
    if (to > from) {
      boxes.push({ name, x: -5, y: from, width: 5, height: Math.max(2, to - from) });
    }
  };
  beside('at-needle', needleSpan);
  beside('at-question', questionSpan);
  const x = steps(promptLength);
  if (x > 0 && x < width) boxes.push({ name: 'prompt-end', x: x - 0.5, y: 0, width: 1, height });
  return boxes;
}

function lines({ width, height, steps, keys }: RasterPlot, marks: RasterMarks): Box[] {
  const { step, key, pointed } = marks;
  const column = (name: string, position: number | null): Box[] => {
    if (position === null) return [];
    const [from, to] = within(steps, [position, position + 1], width);
    return to > from ? [{ name, x: from, y: 0, width: Math.max(1, to - from), height }] : [];
  };
  const row = (name: string, position: number | null): Box[] => {
    if (position === null) return [];
    const [from, to] = within(keys, [position, position + 1], height);
    return to > from ? [{ name, x: 0, y: from, width, height: Math.max(1, to - from) }] : [];
  };
  return [
    ...column('pointed row', pointed.query),
    ...row('pointed column', pointed.key),
    ...column('picked row', step),
    ...row('picked column', key),
  ];
}

function within(
  scale: ScaleLinear<number, number>,
  [from, to]: [number, number],
  end: number,
): [number, number] {
  return [Math.max(0, scale(from)), Math.min(end, scale(to))];
}

function layer(group: Group, name: string): Group {
  return group
    .selectAll<SVGGElement, string>(`g.${name}`)
    .data([name])
    .join('g')
    .attr('class', `raster-axis ${name}`) as unknown as Group;
}

function title(group: Group, name: string, transform: string, text: string): void {
  group
    .selectAll(`text.${name}`)
    .data([text])
    .join('text')
    .attr('class', `axis-title ${name}`)
    .attr('transform', transform)
    .text(text);
}

function wholeTicks(scale: ScaleLinear<number, number>, count: number): number[] {
  return scale.ticks(Math.max(2, count)).filter(Number.isInteger);
}
