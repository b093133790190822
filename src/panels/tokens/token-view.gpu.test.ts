import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TokenShading } from './token-shade';
import { createTokenView, ROW_TOKENS, type TokenView, type TokenViewProps } from './token-view';
import './tokens-panel.css';

const TOKENS = 32_768;
const PIECES = Array.from({ length: TOKENS }, (_, position) => ` t${position}`);

/** Every token has a weight of its own, which changes with `turn`. */
function shadingOf(turn: number): TokenShading {
  return {
    caption: `turn ${turn}`,
    at: (position) => ({ kind: 'weight', weight: ((position * 7 + turn) % 100) / 100 }),
  };
}

const PROPS: TokenViewProps = {
  pieces: PIECES,
  promptLength: TOKENS,
  needles: [],
  questionSpan: null,
  shading: shadingOf(0),
  most: 1,
  scale: 'linear',
  dark: false,
  sinks: new Set([5]),
  query: null,
  key: null,
};

let scroller: HTMLElement;
let view: TokenView;

beforeEach(() => {
  scroller = document.createElement('section');
  scroller.className = 'token-text';
  Object.assign(scroller.style, { width: '700px', height: '220px', maxHeight: '220px' });
  document.body.append(scroller);
  view = createTokenView(scroller, { onHover: () => {}, onPick: () => {} });
});
afterEach(() => {
  view.destroy();
  scroller.remove();
});

const tokens = () => scroller.querySelectorAll<HTMLElement>('.token');
const tokenAt = (position: number) =>
  scroller.querySelector<HTMLElement>(`.token[data-position="${position}"]`);

it('a long text has elements only where it can be seen, wherever one scrolls', async () => {
  view.update(PROPS);
  await vi.waitFor(() => expect(tokens().length).toBeGreaterThan(0));
  expect(tokenAt(5)?.classList).toContain('sink');
  for (const position of [20_000, 9_000, TOKENS - 1, 15_000]) {
    view.reveal(position);
    await vi.waitFor(() => expect(tokenAt(position)?.style.backgroundColor).not.toBe(''));
    await vi.waitFor(() => expect(tokens().length).toBeLessThan(40 * ROW_TOKENS));
  }
  expect(scroller.textContent).toContain(` t${TOKENS - 1}`);
});

it('new shades, a token more, or another text take less than a frame that one would notice', async () => {
  view.update(PROPS);
  await vi.waitFor(() => expect(tokens().length).toBeGreaterThan(0));
  // A busy machine can only make it longer, so the fastest of a few is the proof.
  const fastest = (change: (turn: number) => Partial<TokenViewProps>) => {
    const times = Array.from({ length: 5 }, (_, turn) => {
      const begun = performance.now();
      view.update({ ...PROPS, ...change(turn + 1) });
      return performance.now() - begun;
    });
    return Math.min(...times);
  };
  const written = (turn: number) => Array.from({ length: turn }, (_, index) => ` new${index}`);
  const ms = {
    shades: fastest((turn) => ({ shading: shadingOf(turn) })),
    pick: fastest((turn) => ({ shading: shadingOf(5), query: turn })),
    token: fastest((turn) => ({ shading: shadingOf(5), pieces: [...PIECES, ...written(turn)] })),
    text: fastest((turn) => ({ pieces: PIECES.map((piece) => `${piece}${turn}`) })),
  };
  expect(Math.max(...Object.values(ms)), JSON.stringify(ms)).toBeLessThan(50);
});
