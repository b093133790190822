import { element, escaped, type Place, rounded } from './export-svg';

interface Line {
  text: string;
  rect: DOMRect;
}

/** A text node as one `text` element for each line that it is broken into. */
export function textMarks(node: Text, style: CSSStyleDeclaration, place: Place): string {
  const preserved = style.whiteSpaceCollapse === 'preserve';
  return linesOf(node)
    .map(({ text, rect }) => {
      const shown = cased(preserved ? text : text.replace(/\s+/g, ' '), style.textTransform);
      return element(
        'text',
        {
          x: rounded(rect.left + place.x),
          y: rounded(baselineOf(rect, style) + place.y),
          fill: style.color,
          'font-family': style.fontFamily,
          'font-size': style.fontSize,
          'font-weight': style.fontWeight === '400' ? undefined : style.fontWeight,
          'font-style': style.fontStyle === 'normal' ? undefined : style.fontStyle,
          'letter-spacing': style.letterSpacing === 'normal' ? undefined : style.letterSpacing,
          'text-decoration':
            style.textDecorationLine === 'none' ? undefined : style.textDecorationLine,
          // Another font of the viewer's machine must not push the text out of its box.
          textLength: rounded(rect.width),
          lengthAdjust: 'spacingAndGlyphs',
          style: preserved ? 'white-space: pre' : undefined,
        },
        escaped(shown),
      );
    })
    .join('');
}

/** Each line with its place, without the white space around it. */
function linesOf(node: Text): Line[] {
  const { data } = node;
  const whole = lineOf(node, 0, data.length);
  if (!whole) return [];
  const range = document.createRange();
  range.selectNodeContents(node);
  const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
  if (tops.size <= 1) return [whole];
  const lines: Line[] = [];
  let from = 0;
  let top: number | null = null;
  for (let at = 0; at < data.length; at++) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const [rect] = range.getClientRects();
    if (!rect || rect.width === 0) continue;
    if (top !== null && Math.abs(rect.top - top) > 1) {
      const line = lineOf(node, from, at);
      if (line) lines.push(line);
      from = at;
    }
    top = rect.top;
  }
  const last = lineOf(node, from, data.length);
  return last ? [...lines, last] : lines;
}

function lineOf(node: Text, from: number, to: number): Line | null {
  const part = node.data.slice(from, to);
  const text = part.trim();
  if (text === '') return null;
  const start = from + part.length - part.trimStart().length;
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, start + text.length);
  const rect = range.getBoundingClientRect();
  return rect.width > 0 ? { text, rect } : null;
}

/** The rectangle of a line of text reaches from the font's ascent to its descent. */
function baselineOf({ top, height }: DOMRect, style: CSSStyleDeclaration): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return top + 0.8 * height;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText('x');
  return top + (height * up) / (up + down);
}

function cased(text: string, transform: string): string {
  return transform === 'uppercase' ? text.toUpperCase() : text;
}
