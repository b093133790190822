import { interpolateCividis, rgb } from 'd3';

/** Colour of an entry by its age, as a share of the oldest possible: the older, the further from the ground. */
export function ageColour(share: number, dark: boolean): string {
  return interpolateCividis(dark ? 0.2 + 0.8 * share : 0.92 - 0.92 * share);
}

/** The same in 256 steps, RGB. */
export function ageTable(dark: boolean): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 3);
  for (let step = 0; step < 256; step++) {
    const { r, g, b } = rgb(ageColour(step / 255, dark));
    table.set([r, g, b], step * 3);
  }
  return table;
}
