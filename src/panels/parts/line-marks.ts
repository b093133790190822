import {
  type SymbolType,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from 'd3';

/** How the lines of a chart are told apart: by colour, by dashes and by a symbol. */
export interface LineMark {
  /** A CSS colour that works on light and dark ground. */
  colour: string;
  /** SVG stroke-dasharray. */
  dashes: string;
  symbol: SymbolType;
}

/** As far as they differ in lightness too, after Okabe and Ito's palette. */
const COLOURS = [
  'light-dark(#0072b2, #56b4e9)',
  'light-dark(#b84a00, #ff9d5c)',
  'light-dark(#00785a, #3ddbac)',
  'light-dark(#93307f, #ee9ad6)',
  'light-dark(#7a5c00, #e8c547)',
  'light-dark(#4b4f56, #c4c9d1)',
];
const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '5 2', '1 4'];
const SYMBOLS = [
  symbolCircle,
  symbolTriangle,
  symbolSquare,
  symbolDiamond,
  symbolCross,
  symbolStar,
];

/** @param index place of the line in its list */
export function lineMark(index: number): LineMark {
  const at = index % COLOURS.length;
  // Where colours come again, they come with other dashes and another symbol.
  const round = Math.floor(index / COLOURS.length);
  return {
    colour: COLOURS[at],
    dashes: DASHES[(at + round) % DASHES.length],
    symbol: SYMBOLS[(at + round) % SYMBOLS.length],
  };
}
