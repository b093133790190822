import { rgb } from 'd3';
import type { Tile } from '../../worker/protocol';
import { differenceTable, scaledDifference } from '../parts/difference-scale';
import { colourTable, type ScaleKind, scaled } from '../parts/weight-scale';
import { cellFill } from './cell-fills';
import { pixelContext } from './pixel-context';
import { type CellKind, differenceOf, kindOf, sharedHole, spanOf } from './tile-cells';

/** What a map shows of computed pairs: their weights on a scale, or only that they were computed. */
export type MapShow = ScaleKind | 'mask';

/** How tiles are painted. */
export interface MapLook {
  show: MapShow;
  dark: boolean;
  /** Queries from here on are decode steps, which read instead of computing anew. */
  promptLength: number;
}

export type HoleKind = Exclude<CellKind, 'computed' | 'future'>;

/** A tile as pictures of one pixel a cell: what was computed, and where its holes are. */
export interface TileImage {
  computed: HTMLCanvasElement;
  /** Opaque where pairs were not computed; kinds that the tile has none of are missing. */
  holes: Map<HoleKind, HTMLCanvasElement>;
}

/** Paints a tile. Cells of the future stay transparent in all pictures. */
export function paintTile(tile: Tile, look: MapLook): TileImage {
  const { rows, columns } = tile;
  const computed = new ImageData(columns, rows);
  const images = new Map<HoleKind, ImageData>();
  const pixels: Partial<Record<HoleKind, Uint32Array>> = {};
  // Whole pixels at a time: a tile has as many cells as the map has pixels.
  const computedPixels = new Uint32Array(computed.data.buffer);
  const colourOf = cellColours(tile, look);
  for (let cell = 0; cell < rows * columns; cell++) {
    const colour = colourOf(cell);
    if (colour !== null) {
      computedPixels[cell] = colour;
      continue;
    }
    const kind = holeAt(tile, cell);
    if (kind === null) continue;
    let hole = pixels[kind];
    if (!hole) {
      const image = new ImageData(columns, rows);
      images.set(kind, image);
      hole = new Uint32Array(image.data.buffer);
      pixels[kind] = hole;
    }
    hole[cell] = 0xffffffff;
  }
  const holes = new Map([...images].map(([kind, image]) => [kind, canvasOf(image)]));
  return { computed: canvasOf(computed), holes };
}

/** The colour of a cell as one pixel of an image's data, or null where nothing was computed. */
type CellColours = (cell: number) => number | null;

function cellColours({ weights, compared, ...tile }: Tile, look: MapLook): CellColours {
  const { show, dark, promptLength } = look;
  const scale = show === 'mask' ? 'log' : show;
  if (compared) {
    const palette = new Uint32Array(differenceTable(dark).buffer);
    return (cell) => {
      const difference = differenceOf(weights[cell], compared[cell]);
      return difference === null
        ? null
        : palette[Math.round((scaledDifference(difference, scale) + 1) * 255)];
    };
  }
  if (show === 'mask') {
    const computed = pixelOf(cellFill('computed', true, dark).ground);
    const read = pixelOf(cellFill('read', true, dark).ground);
    const ofRow = Array.from({ length: tile.rows }, (_, row) =>
      spanOf(tile.request.queries, tile.rows, row)[1] > promptLength ? read : computed,
    );
    return (cell) => (weights[cell] < 0 ? null : ofRow[Math.floor(cell / tile.columns)]);
  }
  const palette = new Uint32Array(colourTable(dark).buffer);
  return (cell) =>
    weights[cell] < 0 ? null : palette[Math.round(scaled(weights[cell], scale) * 255)];
}

function holeAt({ weights, compared }: Tile, cell: number): HoleKind | null {
  const kind = compared ? sharedHole(weights[cell], compared[cell]) : kindOf(weights[cell]);
  return kind === 'evicted' || kind === 'left-out' ? kind : null;
}

function pixelOf(colour: string): number {
  const { r, g, b } = rgb(colour);
  return new Uint32Array(Uint8ClampedArray.of(r, g, b, 255).buffer)[0];
}

function canvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  pixelContext(canvas)?.putImageData(image, 0, 0);
  return canvas;
}
