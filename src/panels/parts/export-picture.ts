import { boxMarks, boxOf } from './export-boxes';
import { element, escaped, type Place, rounded } from './export-svg';
import { textMarks } from './export-text';
import { cloneWithStyles } from './export-vector';

const EDGE_PX = 14;
const HEADING_PX = { title: 15, line: 12, gap: 8 };
const LINE_PX = HEADING_PX.line + 4;
const ROW_GAP_PX = 10;

/**
 * What stands on the page as one SVG that needs nothing else: boxes, text, vector charts and canvases at their
 * places, in the colours of the present theme. Fonts are named, not embedded.
 * @param root holds the elements
 * @param selector what of it is drawn
 * @param heading the first line is the title
 */
export function pictureOf(root: Element, selector: string, heading: string[]): string {
  const chosen = [...root.querySelectorAll(selector)].filter(
    // What lies within another chosen one is drawn with it.
    (one) => isSeen(one) && !one.parentElement?.closest(selector),
  );
  const style = getComputedStyle(root);
  const top = EDGE_PX + HEADING_PX.title + (heading.length - 1) * LINE_PX + HEADING_PX.gap;
  const rows = inRows(chosen.map((node) => ({ node, box: node.getBoundingClientRect() })));
  const left = Math.min(...rows.map((row) => row.left));
  const right = Math.max(...rows.map((row) => row.right));
  let y = top;
  let marks = '';
  for (const row of rows) {
    const place: Place = { x: EDGE_PX - left, y: y - row.top };
    marks += row.nodes.map((node) => marksOf(node, place)).join('');
    y += row.bottom - row.top + ROW_GAP_PX;
  }
  const width = Math.max(right - left, ...heading.map((line, at) => widthOf(line, at, style)));
  const size = {
    width: rounded(width + 2 * EDGE_PX),
    height: rounded(y - ROW_GAP_PX + EDGE_PX),
  };
  const ground = element('rect', { ...size, fill: style.backgroundColor });
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
    'font-family': style.fontFamily,
  };
  return element(
    'svg',
    attributes,
    `<title>${escaped(heading.join(', '))}</title>${ground}${headingMarks(heading, style.color)}${marks}`,
  );
}

/** Whether there is anything of a panel to draw. */
export function hasPicture(root: Element, selector: string): boolean {
  return [...root.querySelectorAll(selector)].some(isSeen);
}

/** What stands beside each other on the page. */
interface Row {
  nodes: Element[];
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Rows from top to bottom; what the page has between them is left out. */
function inRows(parts: { node: Element; box: DOMRect }[]): Row[] {
  const rows: Row[] = [];
  for (const { node, box } of parts.sort((a, b) => a.box.top - b.box.top)) {
    const row = rows.at(-1);
    if (row && box.top < row.bottom) {
      row.nodes.push(node);
      row.left = Math.min(row.left, box.left);
      row.right = Math.max(row.right, box.right);
      row.bottom = Math.max(row.bottom, box.bottom);
    } else {
      const { left, right, top, bottom } = box;
      rows.push({ nodes: [node], left, right, top, bottom });
    }
  }
  return rows;
}

function headingFont(line: number): { size: number; weight: number } {
  return line === 0
    ? { size: HEADING_PX.title, weight: 700 }
    : { size: HEADING_PX.line, weight: 400 };
}

function headingMarks(lines: string[], colour: string): string {
  return lines
    .map((line, at) => {
      const { size, weight } = headingFont(at);
      const y = EDGE_PX + HEADING_PX.title - 3 + at * LINE_PX;
      const attributes = { 'font-size': size, 'font-weight': weight, fill: colour };
      return element('text', { x: EDGE_PX, y, ...attributes }, escaped(line));
    })
    .join('');
}

function widthOf(line: string, at: number, { fontFamily }: CSSStyleDeclaration): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return 0;
  const { size, weight } = headingFont(at);
  context.font = `${weight} ${size}px ${fontFamily}`;
  return context.measureText(line).width;
}

/** An element and all in it. */
function marksOf(node: Element, place: Place): string {
  if (!isSeen(node) || node.matches('input, select, textarea, progress')) return '';
  const style = getComputedStyle(node);
  if (node instanceof SVGSVGElement) return vectorMarks(node, place);
  if (node instanceof HTMLCanvasElement) return canvasMarks(node, place);
  const inside = [...node.childNodes]
    .map((child) =>
      child instanceof Element
        ? marksOf(child, place)
        : child instanceof Text
          ? textMarks(child, style, place)
          : '',
    )
    .join('');
  const marks =
    boxMarks(node, style, place) + (clips(style) ? clipped(inside, node, place) : inside);
  return style.opacity === '1' ? marks : element('g', { opacity: style.opacity }, marks);
}

function vectorMarks(node: SVGSVGElement, place: Place): string {
  const copy = cloneWithStyles(node);
  const { x, y, width, height } = boxOf(node.getBoundingClientRect(), place);
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    copy.setAttribute(name, String(value));
  }
  return new XMLSerializer().serializeToString(copy);
}

function canvasMarks(node: HTMLCanvasElement, place: Place): string {
  const box = boxOf(node.getBoundingClientRect(), place);
  return element('image', {
    ...box,
    href: node.toDataURL(),
    preserveAspectRatio: 'none',
    style: 'image-rendering: pixelated',
  });
}

/** Draws only what a scrolled box shows. */
function clipped(marks: string, node: Element, place: Place): string {
  const box = boxOf(node.getBoundingClientRect(), place);
  const id = `clip-${box.x}-${box.y}-${box.width}-${box.height}`;
  const path = element('clipPath', { id }, element('rect', { ...box }));
  return path + element('g', { 'clip-path': `url(#${id})` }, marks);
}

function clips({ overflowX, overflowY }: CSSStyleDeclaration): boolean {
  return overflowX !== 'visible' || overflowY !== 'visible';
}

/** What only readers of the screen find is a pixel in size. */
function isSeen(node: Element): boolean {
  const { width, height } = node.getBoundingClientRect();
  return (
    (width > 1 || height > 1) &&
    node.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })
  );
}
