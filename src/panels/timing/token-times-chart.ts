import { axisBottom, axisLeft, line, max, scaleLinear, select } from 'd3';

export interface TokenTimesChart {
  /** @param times milliseconds of each decode step, in order */
  update(times: number[]): void;
  destroy(): void;
}

const HEIGHT = 110;
const MARGIN = { left: 50, right: 8, top: 8, bottom: 34 };

/** A line of the time that each token took. */
export function createTokenTimesChart(node: HTMLElement): TokenTimesChart {
  const svg = select(node).append('svg').attr('height', HEIGHT).attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const path = inner.append('path').attr('class', 'token-times-line');
  const dots = inner.append('g');
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const left = inner.append('g').attr('class', 'chart-axis');
  const bottomTitle = svg.append('text').attr('class', 'axis-title').text('generated token');
  const leftTitle = svg.append('text').attr('class', 'axis-title').text('ms');
  let times: number[] = [];

  function draw() {
    const width = node.clientWidth - MARGIN.left - MARGIN.right;
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    if (width <= 0) return;
    svg.attr('width', node.clientWidth).attr('visibility', times.length > 0 ? 'visible' : 'hidden');
    const x = scaleLinear([2, Math.max(3, times.length + 1)], [0, width]);
    const y = scaleLinear([0, max(times) ?? 1], [height, 0]).nice(3);
    bottom.attr('transform', `translate(0,${height})`).call(
      axisBottom(x)
        .ticks(Math.min(6, times.length))
        .tickFormat((value) => String(value)),
    );
    left.call(axisLeft(y).ticks(3));
    bottomTitle.attr('x', MARGIN.left + width / 2).attr('y', HEIGHT - 3);
    leftTitle.attr('transform', `translate(10,${MARGIN.top + height / 2}) rotate(-90)`);
    path.attr('d', line<number>((_, index) => x(index + 2), y)(times));
    dots
      .selectAll('circle')
      .data(times)
      .join('circle')
      .attr('class', 'token-times-dot')
      .attr('r', 2)
      .attr('cx', (_, index) => x(index + 2))
      .attr('cy', (time) => y(time));
  }

  const observer = new ResizeObserver(draw);
  observer.observe(node);
  return {
    update(next) {
      times = next;
      draw();
    },
    destroy() {
      observer.disconnect();
      node.replaceChildren();
    },
  };
}
