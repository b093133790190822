import { interpolateViridis, interpolateYlGnBu, rgb } from 'd3';

/** Weights below this share one colour on the logarithmic scale. */
export const LOG_FLOOR = 1e-4;

export type ScaleKind = 'log' | 'linear';

/** Where a weight lies between the two ends of the colour scale, 0…1. */
export function scaled(weight: number, kind: ScaleKind): number {
  if (kind === 'linear') return Math.min(1, Math.max(0, weight));
  if (weight <= LOG_FLOOR) return 0;
  return Math.min(1, 1 - Math.log10(weight) / Math.log10(LOG_FLOOR));
}

/** Colours of a scale in 256 steps, RGBA: more ink for more weight on either background. */
export function colourTable(dark: boolean): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let step = 0; step < 256; step++) {
    const { r, g, b } = rgb(colourAt(step / 255, dark));
    table.set([r, g, b, 255], step * 4);
  }
  return table;
}

/** One colour of the scale as CSS. */
export function colourAt(place: number, dark: boolean): string {
  return dark ? interpolateViridis(place) : interpolateYlGnBu(place);
}

/** Black or white, whichever can be read on a colour of the scale. */
export function inkOn(colour: string): string {
  const { r, g, b } = rgb(colour);
  return luminance(r, g, b) > 0.18 ? '#000' : '#fff';
}

/** Relative luminance as WCAG defines it. */
function luminance(...channels: [number, number, number]): number {
  const [r, g, b] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
