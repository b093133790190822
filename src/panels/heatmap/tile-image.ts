import { rgb } from 'd3';
import type { Tile } from '../../worker/protocol';
import { colourTable, type ScaleKind, scaled } from '../parts/weight-scale';
import { cellFill } from './cell-fills';
import { pixelContext } from './pixel-context';
import { kindOf } from './tile-cells';

/** What a map shows of computed pairs: their weights on a scale, or only that they were computed. */
export type MapShow = ScaleKind | 'mask';

export type HoleKind = 'left-out' | 'evicted';

/** A tile as pictures of one pixel a cell: what was computed, and where its holes are. */
export interface TileImage {
  computed: HTMLCanvasElement;
  /** Opaque where pairs were not computed; kinds that the tile has none of are missing. */
  holes: Map<HoleKind, HTMLCanvasElement>;
}

/** Paints a tile. Cells of the future stay transparent in all pictures. */
export function paintTile(tile: Tile, colours: CellColours): TileImage {
  const { rows, columns, weights } = tile;
  const computed = new ImageData(columns, rows);
  const images = new Map<HoleKind, ImageData>();
  const holePixels = (kind: HoleKind) => {
    const image = new ImageData(columns, rows);
    images.set(kind, image);
    return new Uint32Array(image.data.buffer);
  };
  // Whole pixels at a time: a tile has as many cells as the map has pixels.
  const computedPixels = new Uint32Array(computed.data.buffer);
  const pixels: Partial<Record<HoleKind, Uint32Array>> = {};
  for (let cell = 0; cell < rows * columns; cell++) {
    const weight = weights[cell];
    const kind = kindOf(weight);
    if (kind === 'computed') computedPixels[cell] = colours(weight);
    else if (kind !== 'future') {
      pixels[kind] ??= holePixels(kind);
      pixels[kind][cell] = 0xffffffff;
    }
  }
  const holes = new Map([...images].map(([kind, image]) => [kind, canvasOf(image)]));
  return { computed: canvasOf(computed), holes };
}

/** The colour of a computed cell as one pixel of an image's data. */
export type CellColours = (weight: number) => number;

export function cellColours(show: MapShow, dark: boolean): CellColours {
  if (show === 'mask') {
    const { r, g, b } = rgb(cellFill('computed', true, dark).ground);
    const [solid] = new Uint32Array(Uint8ClampedArray.of(r, g, b, 255).buffer);
    return () => solid;
  }
  const palette = new Uint32Array(colourTable(dark).buffer);
  return (weight) => palette[Math.round(scaled(weight, show) * 255)];
}

function canvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  pixelContext(canvas)?.putImageData(image, 0, 0);
  return canvas;
}
