import { element, type Place, rounded } from './export-svg';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const SIDES = ['Top', 'Right', 'Bottom', 'Left'] as const;

/** A rectangle of the window at its place in the picture. */
export function boxOf({ left, top, width, height }: DOMRect, place: Place): Box {
  return {
    x: rounded(left + place.x),
    y: rounded(top + place.y),
    width: rounded(width),
    height: rounded(height),
  };
}

/** Background, hard shadows, border and outline of an element; text that is broken into lines has several boxes. */
export function boxMarks(node: Element, style: CSSStyleDeclaration, place: Place): string {
  const radius = Number.parseFloat(style.borderTopLeftRadius) || undefined;
  return [...node.getClientRects()]
    .map((rect) => {
      const box = boxOf(rect, place);
      return (
        shadowMarks(style, box) +
        backgroundMarks(style, box, radius) +
        borderMarks(style, box, radius) +
        outlineMarks(style, box)
      );
    })
    .join('');
}

function backgroundMarks(style: CSSStyleDeclaration, box: Box, rx: number | undefined): string {
  const plain = isClear(style.backgroundColor)
    ? ''
    : element('rect', { ...box, rx, fill: style.backgroundColor });
  const image = style.backgroundImage;
  if (image === 'none') return plain;
  const id = `fill-${box.x}-${box.y}-${box.width}`;
  return plain + paintOf(image, id) + element('rect', { ...box, rx, fill: `url(#${id})` });
}

const COLOUR = String.raw`(?:rgba?|color)\([^)]*\)`;

/** The backgrounds that the page uses: a scale from left to right, stripes, and dots. */
function paintOf(image: string, id: string): string {
  if (image.startsWith('repeating-linear-gradient')) return stripes(image, id);
  const colours = image.match(new RegExp(COLOUR, 'g')) ?? [];
  if (image.startsWith('radial-gradient')) return dots(colours, id);
  const stops = colours.map((colour, at) =>
    element('stop', { offset: at / Math.max(1, colours.length - 1), 'stop-color': colour }),
  );
  return element('linearGradient', { id }, stops.join(''));
}

/** Stripes of several colours, as far along the gradient's line as their stops say. */
function stripes(image: string, id: string): string {
  const degrees = Number.parseFloat(/([\d.]+)deg/.exec(image)?.[1] ?? '180');
  const stops = [...image.matchAll(new RegExp(`(${COLOUR}) ([\\d.]+)px(?: ([\\d.]+)px)?`, 'g'))];
  let from = 0;
  const bars: string[] = [];
  for (const [, fill, first, second] of stops) {
    const to = Number(second ?? first);
    // Neighbours overlap by a little, so that nothing shines through between them.
    if (to > from)
      bars.push(element('rect', { x: from, width: to - from + 0.2, height: 10, fill }));
    from = to;
  }
  return element(
    'pattern',
    {
      id,
      width: from,
      height: 10,
      patternUnits: 'userSpaceOnUse',
      patternTransform: `rotate(${degrees - 90})`,
    },
    bars.join(''),
  );
}

const DOTS_PX = 4;

function dots(colours: string[], id: string): string {
  const size = { width: DOTS_PX, height: DOTS_PX };
  return element(
    'pattern',
    { id, ...size, patternUnits: 'userSpaceOnUse' },
    element('rect', { ...size, fill: colours.at(-1) }) +
      element('circle', { cx: DOTS_PX / 2, cy: DOTS_PX / 2, r: 1, fill: colours[0] }),
  );
}

function borderMarks(style: CSSStyleDeclaration, box: Box, rx: number | undefined): string {
  const sides = SIDES.map((side) => ({
    width: Number.parseFloat(style[`border${side}Width`]),
    colour: style[`border${side}Color`],
    line: style[`border${side}Style`],
  }));
  const [top, right, bottom, left] = sides.map((side) => (isDrawn(side) ? side : null));
  if (top && sides.every(({ width, colour }) => width === top.width && colour === top.colour)) {
    return strokeMarks(grown(box, -top.width / 2), top.width, top.colour, top.line, rx);
  }
  const { x, y, width, height } = box;
  const bars: [typeof top, Box][] = [
    [top, { x, y, width, height: top?.width ?? 0 }],
    [right, { x: x + width - (right?.width ?? 0), y, width: right?.width ?? 0, height }],
    [bottom, { x, y: y + height - (bottom?.width ?? 0), width, height: bottom?.width ?? 0 }],
    [left, { x, y, width: left?.width ?? 0, height }],
  ];
  return bars
    .map(([side, bar]) => (side ? element('rect', { ...bar, fill: side.colour }) : ''))
    .join('');
}

function outlineMarks(style: CSSStyleDeclaration, box: Box): string {
  const width = Number.parseFloat(style.outlineWidth);
  const outline = { width, colour: style.outlineColor, line: style.outlineStyle };
  if (!isDrawn(outline)) return '';
  const offset = Number.parseFloat(style.outlineOffset) || 0;
  return strokeMarks(grown(box, offset + width / 2), width, outline.colour, outline.line);
}

/** Shadows without a blur are bars beside the box; under the box itself nothing of them is seen. */
function shadowMarks({ boxShadow }: CSSStyleDeclaration, box: Box): string {
  const shadows = boxShadow.matchAll(
    new RegExp(`(${COLOUR}) (-?[\\d.]+)px (-?[\\d.]+)px 0px`, 'g'),
  );
  return [...shadows]
    .map(([, fill, dx, dy]) => {
      const [x, y] = [Number(dx), Number(dy)];
      const beside = { ...box, x: x > 0 ? box.x + box.width : box.x + x, width: Math.abs(x) };
      const above = { ...box, y: y > 0 ? box.y + box.height : box.y + y, height: Math.abs(y) };
      return [...(x === 0 ? [] : [beside]), ...(y === 0 ? [] : [above])]
        .map((bar) => element('rect', { ...bar, fill }))
        .join('');
    })
    .join('');
}

function strokeMarks(box: Box, width: number, colour: string, line: string, rx?: number): string {
  return element('rect', {
    ...box,
    rx,
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-dasharray': line === 'dashed' ? `${3 * width} ${2 * width}` : undefined,
  });
}

function grown({ x, y, width, height }: Box, by: number): Box {
  return {
    x: rounded(x - by),
    y: rounded(y - by),
    width: rounded(Math.max(0, width + 2 * by)),
    height: rounded(Math.max(0, height + 2 * by)),
  };
}

function isDrawn({ width, colour, line }: { width: number; colour: string; line: string }) {
  return width > 0 && line !== 'none' && !isClear(colour);
}

function isClear(colour: string): boolean {
  return colour === 'transparent' || /^rgba\(.*, 0\)$/.test(colour);
}
