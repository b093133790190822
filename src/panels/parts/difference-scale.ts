import { interpolateLab, piecewise, rgb } from 'd3';
import { type ScaleKind, scaled } from './weight-scale';

/** Less on one end, more on the other, grey between: told apart by every kind of colour vision. */
const LIGHT = piecewise(interpolateLab, [
  '#7f3b08',
  '#d0730f',
  '#fdd9a6',
  '#e8eaed',
  '#bcd7f0',
  '#2f7ac0',
  '#053061',
]);
const DARK = piecewise(interpolateLab, [
  '#ffd9a0',
  '#f09a3e',
  '#7a4310',
  '#2b313a',
  '#174a7c',
  '#4a9be8',
  '#c3e2ff',
]);

/** Where a difference of two weights lies between the ends of the scale, −1…1. */
export function scaledDifference(difference: number, kind: ScaleKind): number {
  return Math.sign(difference) * scaled(Math.abs(difference), kind);
}

/** One colour of the scale as CSS, for a place from −1 to 1. */
export function differenceColourAt(place: number, dark: boolean): string {
  return (dark ? DARK : LIGHT)((place + 1) / 2);
}

/** Colours of the scale from −1 to 1 in 511 steps, RGBA. */
export function differenceTable(dark: boolean): Uint8ClampedArray {
  const table = new Uint8ClampedArray(511 * 4);
  for (let step = 0; step < 511; step++) {
    const { r, g, b } = rgb(differenceColourAt(step / 255 - 1, dark));
    table.set([r, g, b, 255], step * 4);
  }
  return table;
}
