import { CELL_EVICTED, type Tile } from '../../worker/protocol';
import { type ScaleKind, scaled } from '../parts/weight-scale';

/** A tile as two pictures of one pixel a cell: its weights, and where its holes are. */
export interface TileImage {
  weights: HTMLCanvasElement;
  /** Opaque where a key was evicted; null when nothing was. */
  evicted: HTMLCanvasElement | null;
}

/** Paints a tile. Cells of the future stay transparent in both pictures. */
export function paintTile(tile: Tile, kind: ScaleKind, colours: Uint8ClampedArray): TileImage {
  const { rows, columns, weights } = tile;
  const shown = new ImageData(columns, rows);
  const holes = new ImageData(columns, rows);
  // Whole pixels at a time: a tile has as many cells as the map has pixels.
  const shownPixels = new Uint32Array(shown.data.buffer);
  const holePixels = new Uint32Array(holes.data.buffer);
  const palette = new Uint32Array(colours.buffer);
  let anyHole = false;
  for (let cell = 0; cell < rows * columns; cell++) {
    const weight = weights[cell];
    if (weight === CELL_EVICTED) {
      holePixels[cell] = 0xffffffff;
      anyHole = true;
    } else if (weight >= 0) {
      shownPixels[cell] = palette[Math.round(scaled(weight, kind) * 255)];
    }
  }
  return { weights: canvasOf(shown), evicted: anyHole ? canvasOf(holes) : null };
}

function canvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  pixelContext(canvas)?.putImageData(image, 0, 0);
  return canvas;
}

/** A context whose pixels the CPU draws: one on the GPU would have to wait for the model's own work. */
export function pixelContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext('2d', { willReadFrequently: true });
}
