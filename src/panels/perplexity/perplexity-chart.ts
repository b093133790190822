import {
  axisBottom,
  axisLeft,
  extent,
  line,
  pointer,
  scaleLinear,
  scaleLog,
  select,
  symbol,
} from 'd3';
import type { PerplexityBin } from '../../state/perplexity-bins';
import type { LineMark } from '../parts/line-marks';
import { logTicks } from '../parts/log-ticks';
import { formatCount, formatShort } from '../parts/numbers';

export interface ChartLine {
  title: string;
  mark: LineMark;
  bins: PerplexityBin[];
  firstEviction: number | null;
}

export interface PerplexityChartData {
  lines: ChartLine[];
  /** Tokens of the text. */
  tokens: number;
  /** Tokens of a bin. */
  bin: number;
  /** What the lines are. */
  axisTitle: string;
  /** Where the model's context ends. */
  contextLength: number;
  /** The bin that is looked at, by its first token. */
  looked: number | null;
}

export interface PerplexityChart {
  update(data: PerplexityChartData): void;
  destroy(): void;
}

interface Callbacks {
  /** @param position in the text under the pointer; null: it left */
  onHover(position: number | null, clientX: number, clientY: number): void;
  onPick(position: number): void;
}

const HEIGHT = 300;
const MARGIN = { left: 52, right: 14, top: 22, bottom: 42 };
const SYMBOL = { area: 52, apart: 13 };

/** Perplexity over the text, a line a strategy, with the places of first eviction and the model's context. */
export function createPerplexityChart(node: HTMLElement, callbacks: Callbacks): PerplexityChart {
  const svg = select(node).append('svg').attr('height', HEIGHT).attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const rules = inner.append('g');
  const lines = inner.append('g');
  const marks = inner.append('g');
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const left = inner.append('g').attr('class', 'chart-axis');
  const bottomTitle = svg.append('text').attr('class', 'axis-title').text('position (tokens)');
  const leftTitle = svg.append('text').attr('class', 'axis-title');
  let data: PerplexityChartData | null = null;
  let positionAt: (x: number) => number = () => 0;

  svg
    .on('pointermove', (event: PointerEvent) => {
      const [x] = pointer(event, inner.node());
      callbacks.onHover(positionAt(x), event.clientX, event.clientY);
    })
    .on('pointerleave', (event: PointerEvent) => {
      callbacks.onHover(null, event.clientX, event.clientY);
    })
    .on('click', (event: PointerEvent) =>
      callbacks.onPick(positionAt(pointer(event, inner.node())[0])),
    );

  function draw() {
    const width = node.clientWidth - MARGIN.left - MARGIN.right;
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    if (!data || width <= 0) return;
    const { tokens, contextLength, looked, bin } = data;
    const x = scaleLinear([0, Math.max(1, tokens)], [0, width]);
    const values = data.lines.flatMap(({ bins }) => bins.map(({ perplexity }) => perplexity));
    const [low = 1, high = 10] = extent(values);
    const y = scaleLog([low / 1.15, Math.max(low * 1.5, high * 1.15)], [height, 0]);
    positionAt = (at) => Math.min(tokens - 1, Math.max(0, Math.floor(x.invert(at))));
    svg.attr('width', node.clientWidth);
    bottom.attr('transform', `translate(0,${height})`).call(
      axisBottom(x)
        .ticks(Math.max(2, width / 90))
        .tickFormat((value) => formatCount(Number(value))),
    );
    left.call(
      axisLeft(y)
        .tickValues(logTicks(y.domain(), height))
        .tickFormat((value) => formatShort(Number(value))),
    );
    bottomTitle.attr('x', MARGIN.left + width / 2).attr('y', HEIGHT - 4);
    leftTitle
      .text(data.axisTitle)
      .attr('transform', `translate(12,${MARGIN.top + height / 2}) rotate(-90)`);

    const middle = ({ from, to }: PerplexityBin) => x((from + to) / 2);
    lines
      .selectAll('path')
      .data(data.lines)
      .join('path')
      .attr('class', 'perplexity-line')
      .style('stroke', ({ mark }) => mark.colour)
      .attr('stroke-dasharray', ({ mark }) => mark.dashes)
      .attr('d', ({ bins }) =>
        line<PerplexityBin>(middle, ({ perplexity }) => y(perplexity))(bins),
      );

    const evictions = data.lines.filter(({ firstEviction }) => firstEviction !== null);
    const places = [...new Set(evictions.map(({ firstEviction }) => firstEviction ?? 0))];
    const ruled = [
      ...places.map((position) => ({ position, label: 'first eviction', kind: 'eviction' })),
      ...(contextLength < tokens
        ? [{ position: contextLength, label: 'context of the model', kind: 'context' }]
        : []),
      ...(looked === null ? [] : [{ position: looked + bin / 2, label: '', kind: 'looked' }]),
    ];
    const rule = rules.selectAll('g').data(ruled).join('g');
    rule.selectAll('*').remove();
    rule
      .attr('class', ({ kind }) => `perplexity-rule ${kind}`)
      .attr('transform', ({ position }) => `translate(${x(position)},0)`);
    rule.append('line').attr('y2', height);
    rule
      .append('text')
      .attr('y', -6)
      .attr('text-anchor', ({ position }) => anchorAt(x(position), width))
      .text(({ label }) => label);

    // One below the other where several evict first at the same token.
    const rank = (index: number) =>
      evictions
        .slice(0, index)
        .filter(({ firstEviction }) => firstEviction === evictions[index].firstEviction).length;
    marks
      .selectAll('path')
      .data(evictions)
      .join('path')
      .attr('class', 'perplexity-mark')
      .style('fill', ({ mark }) => mark.colour)
      .attr('d', ({ mark }) => symbol(mark.symbol, SYMBOL.area)())
      .attr(
        'transform',
        ({ firstEviction }, index) =>
          `translate(${x(firstEviction ?? 0)},${SYMBOL.apart * (rank(index) + 0.7)})`,
      );
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

/** Labels near an end of the axis lean inwards. */
function anchorAt(x: number, width: number): string {
  if (x < 60) return 'start';
  return x > width - 60 ? 'end' : 'middle';
}
