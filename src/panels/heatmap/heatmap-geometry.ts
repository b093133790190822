import { type ZoomTransform, zoomIdentity } from 'd3';
import type { Margins } from './heatmap-axes';

export interface Size {
  width: number;
  height: number;
}

/** Tokens along an axis at the deepest zoom: few enough that weights are written into their cells. */
export const DEEPEST_TOKENS = 8;
/** How much of the view is left around what is shown. */
const AROUND = 1.2;

/** Room for labels on both axes; less on a phone. */
export function marginsFor(width: number, tokensBelow: boolean): Margins {
  return { left: width < 480 ? 66 : 108, right: 18, top: 16, bottom: tokensBelow ? 86 : 42 };
}

/** The zoom that shows both ranges as large as one zoom for both axes allows. */
export function zoomTo(
  queries: [number, number],
  keys: [number, number],
  tokens: number,
  { width, height }: Size,
): ZoomTransform {
  const shown = Math.max(queries[1] - queries[0], keys[1] - keys[0], DEEPEST_TOKENS) * AROUND;
  const k = Math.max(1, tokens / shown);
  // The zoom behaviour keeps gestures inside the map; a transform set by hand must do so itself.
  const shift = ([from, to]: [number, number], pixels: number) => {
    const middle = ((from + to) / 2 / tokens) * pixels * k;
    return Math.min(0, Math.max(pixels * (1 - k), pixels / 2 - middle));
  };
  return zoomIdentity.translate(shift(keys, width), shift(queries, height)).scale(k);
}

/** The zoom that shows the same on a plot of another size. */
export function resizedZoom({ x, y, k }: ZoomTransform, before: Size, after: Size): ZoomTransform {
  const scaled = (shift: number, from: number, to: number) => (from > 0 ? (shift * to) / from : 0);
  return zoomIdentity
    .translate(scaled(x, before.width, after.width), scaled(y, before.height, after.height))
    .scale(k);
}
