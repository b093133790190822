import type { PlacedNeedle } from '../../needle/prompt-spec';
import { onOneLine } from '../parts/token-text';
import { colourAt, inkOn, type ScaleKind, scaled } from '../parts/weight-scale';
import type { TokenShading } from './token-shade';

/** Tokens a row; the number before a row is the position of its first token. */
export const ROW_TOKENS = 64;

export interface TokenViewProps {
  pieces: string[];
  promptLength: number;
  needles: PlacedNeedle[];
  questionSpan: [number, number] | null;
  shading: TokenShading;
  /** Where a shading by amounts ends. */
  most: number;
  scale: ScaleKind;
  dark: boolean;
  /** Positions marked as sinks. */
  sinks: ReadonlySet<number>;
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
  index: number;
  element: HTMLElement;
  text: HTMLElement;
  pieces: string[];
  /** Only while the row is near the view; otherwise the row is one plain text. */
  tokens: HTMLElement[] | null;
  /** How each token looks now. */
  looks: string[];
}

/**
 * The text as rows of tokens. Only rows near the view have an element per token, and only those are
 * painted, so that a text of 32k tokens costs no more than a short one.
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
        if (!isIntersecting) {
          near.delete(row);
          if (row.tokens) writePlain(row);
        } else if (!near.has(row)) {
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
      writePlain(row);
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
    const row: Row = { index, element, text, pieces: [], tokens: null, looks: [] };
    rows.push(row);
    observer.observe(element);
    return row;
  }

  function paint(row: Row) {
    if (!props) return;
    const first = row.index * ROW_TOKENS;
    row.tokens ??= splitRow(row);
    for (const [offset, token] of row.tokens.entries()) {
      const { classes, colour } = lookOf(first + offset, props);
      const look = `${classes} ${colour}`;
      if (row.looks[offset] === look) continue;
      row.looks[offset] = look;
      token.className = classes;
      token.style.backgroundColor = colour;
      token.style.color = colour && inkOn(colour);
    }
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
      row.tokens ??= splitRow(row);
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
  const { pieces: _, ...looks } = a;
  return Object.entries(looks).every(([name, value]) => b[name as keyof TokenViewProps] === value);
}

function writePlain(row: Row) {
  row.tokens = null;
  row.text.textContent = row.pieces.map(onOneLine).join('');
}

function splitRow(row: Row): HTMLElement[] {
  const tokens = row.pieces.map((piece, offset) => {
    const token = document.createElement('span');
    token.textContent = onOneLine(piece);
    token.dataset.position = String(row.index * ROW_TOKENS + offset);
    return token;
  });
  row.looks = [];
  row.text.replaceChildren(...tokens);
  return tokens;
}

function lookOf(position: number, props: TokenViewProps): { classes: string; colour: string } {
  const { needles, questionSpan, promptLength, query, key, sinks, shading } = props;
  const shade = shading.at(position);
  const classes = ['token', shade.kind];
  const needle = needles.find(({ span }) => isWithin(span, position));
  if (needle) classes.push('in-needle', ...(needle.asked ? [] : ['not-asked']));
  if (isWithin(questionSpan, position)) classes.push('in-question');
  if (position >= promptLength) classes.push('generated');
  if (sinks.has(position)) classes.push('sink');
  if (position === query) classes.push('is-query');
  if (position === key) classes.push('is-key');
  const place =
    shade.kind === 'weight'
      ? scaled(shade.weight, props.scale)
      : shade.kind === 'amount'
        ? Math.min(1, shade.amount / props.most)
        : 0;
  return { classes: classes.join(' '), colour: place > 0 ? colourAt(place, props.dark) : '' };
}

function isWithin(span: [number, number] | null, position: number): boolean {
  return span !== null && position >= span[0] && position < span[1];
}
