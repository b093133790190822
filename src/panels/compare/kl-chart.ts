import { axisBottom, axisLeft, max, scaleBand, scaleLinear, select } from 'd3';
import type { DivergenceStep } from '../../worker/protocol';
import { onOneLine } from '../parts/token-text';

export interface KlChartProps {
  steps: DivergenceStep[];
  /** Tokens of the first run's answer: where bars will still come. */
  tokens: number;
  firstDifference: number | null;
  /** Index of the picked token, which is marked. */
  picked: number | null;
}

export interface KlChartCallbacks {
  onHover(index: number | null, clientX: number, clientY: number): void;
  onPick(index: number): void;
}

export interface KlChart {
  update(props: KlChartProps): void;
  destroy(): void;
}

const HEIGHT = 150;
const MARGIN = { left: 52, right: 6, top: 18, bottom: 54 };
/** A bar at least this wide has its token below it, in pixels. */
const TOKEN_ROOM = 13;

/** A bar for each token of the first run's answer: how far the second run's distribution is from the first's. */
export function createKlChart(node: HTMLElement, callbacks: KlChartCallbacks): KlChart {
  const svg = select(node).append('svg').attr('height', HEIGHT).attr('aria-hidden', 'true');
  const inner = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  const bottom = inner.append('g').attr('class', 'chart-axis');
  const left = inner.append('g').attr('class', 'chart-axis');
  const bars = inner.append('g');
  const signs = inner.append('g');
  const bottomTitle = svg.append('text').attr('class', 'axis-title').text('token of A’s answer');
  const leftTitle = svg.append('text').attr('class', 'axis-title').text('KL(A‖B), nats');
  const band = scaleBand<number>().paddingInner(0.15);
  let props: KlChartProps | null = null;

  function draw() {
    if (!props || node.clientWidth === 0) return;
    const { steps, tokens, firstDifference, picked } = props;
    const width = node.clientWidth - MARGIN.left - MARGIN.right;
    const height = HEIGHT - MARGIN.top - MARGIN.bottom;
    svg.attr('width', node.clientWidth);
    band.domain(Array.from({ length: tokens }, (_, index) => index)).range([0, width]);
    const y = scaleLinear([0, Math.max(0.01, max(steps, ({ kl }) => kl) ?? 0)], [height, 0]).nice(
      3,
    );
    const named = band.step() >= TOKEN_ROOM;
    bottom
      .attr('transform', `translate(0,${height})`)
      .call(
        axisBottom(band)
          .tickSizeOuter(0)
          .tickValues(named ? band.domain() : band.domain().filter((index) => index % 10 === 0))
          .tickFormat((index) => (named ? tokenAt(steps, index) : String(index))),
      )
      .selectAll('text')
      .attr('transform', named ? 'rotate(-45)' : null)
      .attr('text-anchor', named ? 'end' : 'middle')
      .attr('dx', named ? '-0.4em' : null)
      .attr('dy', named ? '0.3em' : '0.71em');
    left.call(axisLeft(y).ticks(3));
    bottomTitle.attr('x', MARGIN.left + width / 2).attr('y', HEIGHT - 3);
    leftTitle.attr('transform', `translate(10,${MARGIN.top + height / 2}) rotate(-90)`);
    bars
      .selectAll('rect')
      .data(steps)
      .join('rect')
      .attr('class', (_, index) => `kl-bar${index === picked ? ' picked' : ''}`)
      .attr('x', (_, index) => band(index) ?? 0)
      .attr('width', band.bandwidth())
      // A bar that cannot be seen could not be pointed at either.
      .attr('y', ({ kl }) => Math.min(y(kl), height - 1))
      .attr('height', ({ kl }) => Math.max(1, height - y(kl)));
    const parts = steps.map((step, index) => ({ ...step, index })).filter(differsAtTop);
    signs
      .selectAll('text')
      .data(parts)
      .join('text')
      .attr('class', ({ index }) => `kl-sign${index === firstDifference ? ' first' : ''}`)
      .attr('x', ({ index }) => (band(index) ?? 0) + band.bandwidth() / 2)
      .attr('y', ({ kl }) => y(kl) - 4)
      .text('≠');
  }

  function indexAt(clientX: number): number | null {
    if (!props || band.step() === 0) return null;
    const at = clientX - node.getBoundingClientRect().left - MARGIN.left;
    const index = Math.floor(at / band.step());
    return index >= 0 && index < props.steps.length ? index : null;
  }

  svg.on('pointermove', (event: PointerEvent) =>
    callbacks.onHover(indexAt(event.clientX), event.clientX, event.clientY),
  );
  svg.on('pointerleave', () => callbacks.onHover(null, 0, 0));
  svg.on('click', (event: MouseEvent) => {
    const index = indexAt(event.clientX);
    if (index !== null) callbacks.onPick(index);
  });
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

/** The second run would have written another token. */
export function differsAtTop({ topP, topQ }: DivergenceStep): boolean {
  return topP !== topQ;
}

function tokenAt(steps: DivergenceStep[], index: number): string {
  const piece = steps[index]?.piece;
  return piece === undefined ? '' : onOneLine(piece).trim() || '␣';
}
