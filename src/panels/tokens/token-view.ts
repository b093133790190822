import { onOneLine } from '../parts/token-text';
import { colourAt, inkOn, type ScaleKind, scaled } from '../parts/weight-scale';
import type { TokenShading } from './token-shade';

/** Tokens a row; the number before a row is the position of its first token. */
export const ROW_TOKENS = 64;

export interface TokenViewProps {
  pieces: string[];
  promptLength: number;
  needleSpan: [number, number] | null;
  questionSpan: [number, number] | null;
  shading: TokenShading;
  scale: ScaleKind;
  dark: boolean;
  query: number | null;
  key: number | null;
}

export interface TokenViewCallbacks {
  onHover(position: number | null, clientX: number, clientY: number): void;
  onPick(position: number): void;
}

export interface TokenView {
  update(props: TokenViewProps): void;
  /** Scrolls a token into the middle of the view, unless it can be seen already. */
  reveal(position: number): void;
  destroy(): void;
}

interface Row {
  element: HTMLElement;
  text: HTMLElement;
  pieces: string[];
  /** Made when the row first comes near the view; until then the row is one plain text. */
  tokens: HTMLElement[] | null;
}

/**
 * The text as rows of tokens. Only rows near the view have an element per token, and only those are
 * painted, so that a text of 16k tokens costs no more than a short one.
 */
export function createTokenView(scroller: HTMLElement, callbacks: TokenViewCallbacks): TokenView {
  const rows: Row[] = [];
  const near = new Set<Row>();
  let props: TokenViewProps | null = null;

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const row = rows[Number((target as HTMLElement).dataset.row)];
        if (!row) continue;
        if (!isIntersecting) near.delete(row);
        else if (!near.has(row)) {
          near.add(row);
          paint(row);
        }
      }
    },
    { root: scroller, rootMargin: '300px 0px' },
  );

  function layOut(pieces: string[]) {
    const count = Math.ceil(pieces.length / ROW_TOKENS);
    for (const row of rows.splice(count)) {
      observer.unobserve(row.element);
      near.delete(row);
      row.element.remove();
    }
    for (let index = 0; index < count; index++) {
      const wanted = pieces.slice(index * ROW_TOKENS, (index + 1) * ROW_TOKENS);
      const row = rows[index] ?? addRow(index);
      if (row.pieces.length === wanted.length && row.pieces.every((p, i) => p === wanted[i]))
        continue;
      row.pieces = wanted;
      row.tokens = null;
      row.text.textContent = wanted.map(onOneLine).join('');
    }
  }

  function addRow(index: number): Row {
    const element = document.createElement('div');
    element.className = 'token-row';
    element.dataset.row = String(index);
    const position = document.createElement('span');
    position.className = 'token-row-position';
    position.textContent = String(index * ROW_TOKENS);
    const text = document.createElement('span');
    text.className = 'token-row-text';
    element.append(position, text);
    scroller.append(element);
    const row: Row = { element, text, pieces: [], tokens: null };
    rows.push(row);
    observer.observe(element);
    return row;
  }

  function paint(row: Row) {
    if (!props) return;
    const first = rows.indexOf(row) * ROW_TOKENS;
    row.tokens ??= splitRow(row, first);
    for (const [offset, token] of row.tokens.entries()) paintToken(token, first + offset, props);
  }

  function positionAt(target: EventTarget | null): number | null {
    const token = target instanceof HTMLElement ? target.dataset.position : undefined;
    return token === undefined ? null : Number(token);
  }

  function hover(event: PointerEvent) {
    callbacks.onHover(positionAt(event.target), event.clientX, event.clientY);
  }
  function leave() {
    callbacks.onHover(null, 0, 0);
  }
  function click(event: MouseEvent) {
    const position = positionAt(event.target);
    if (position !== null) callbacks.onPick(position);
  }

  scroller.addEventListener('pointermove', hover);
  scroller.addEventListener('pointerleave', leave);
  scroller.addEventListener('click', click);

  return {
    update(next) {
      const before = props;
      props = next;
      if (next.pieces !== before?.pieces) layOut(next.pieces);
      // A token that is added to the text leaves all other rows as they are.
      const repaint = !before || !paintsAlike(before, next);
      for (const row of near) if (repaint || !row.tokens) paint(row);
    },
    reveal(position) {
      const row = rows[Math.floor(position / ROW_TOKENS)];
      if (!row) return;
      row.tokens ??= splitRow(row, rows.indexOf(row) * ROW_TOKENS);
      const view = scroller.getBoundingClientRect();
      const place = row.tokens[position % ROW_TOKENS].getBoundingClientRect();
      if (place.top >= view.top && place.bottom <= view.bottom) return;
      scroller.scrollTop += place.top - view.top - view.height / 2;
    },
    destroy() {
      observer.disconnect();
      scroller.removeEventListener('pointermove', hover);
      scroller.removeEventListener('pointerleave', leave);
      scroller.removeEventListener('click', click);
      scroller.replaceChildren();
    },
  };
}

function paintsAlike(a: TokenViewProps, b: TokenViewProps): boolean {
  return (
    a.shading === b.shading &&
    a.scale === b.scale &&
    a.dark === b.dark &&
    a.query === b.query &&
    a.key === b.key &&
    a.promptLength === b.promptLength &&
    a.needleSpan === b.needleSpan &&
    a.questionSpan === b.questionSpan
  );
}

function splitRow(row: Row, first: number): HTMLElement[] {
  const tokens = row.pieces.map((piece, offset) => {
    const token = document.createElement('span');
    token.textContent = onOneLine(piece);
    token.dataset.position = String(first + offset);
    return token;
  });
  row.text.replaceChildren(...tokens);
  return tokens;
}

function paintToken(token: HTMLElement, position: number, props: TokenViewProps) {
  const { needleSpan, questionSpan, promptLength, query, key, shading, scale, dark } = props;
  const shade = shading.at(position);
  const classes = ['token', shade.kind];
  if (needleSpan && position >= needleSpan[0] && position < needleSpan[1]) {
    classes.push('in-needle', ...endsOf(needleSpan, position));
  }
  if (questionSpan && position >= questionSpan[0] && position < questionSpan[1]) {
    classes.push('in-question', ...endsOf(questionSpan, position));
  }
  if (position >= promptLength) classes.push('generated');
  if (position === query) classes.push('is-query');
  if (position === key) classes.push('is-key');
  const className = classes.join(' ');
  if (token.className !== className) token.className = className;
  const place = shade.kind === 'weight' ? scaled(shade.weight, scale) : 0;
  const colour = place > 0 ? colourAt(place, dark) : '';
  token.style.backgroundColor = colour;
  token.style.color = colour && inkOn(colour);
}

function endsOf([from, to]: [number, number], position: number): string[] {
  return [...(position === from ? ['first'] : []), ...(position === to - 1 ? ['last'] : [])];
}
