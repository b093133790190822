import type { ScaleLinear } from 'd3';
import type { Tile } from '../../worker/protocol';
import { differenceColourAt, scaledDifference } from '../parts/difference-scale';
import { formatDifference, formatWeight } from '../parts/numbers';
import { colourAt, inkOn, scaled } from '../parts/weight-scale';
import { type CellFill, canvasFillOf, cellFill } from './cell-fills';
import { pixelContext } from './pixel-context';
import { cellAt, differenceOf, type TileCell } from './tile-cells';
import { type MapLook, paintTile, type TileImage } from './tile-image';

/** Where the map is on its canvas, in CSS pixels. */
export interface Plot {
  width: number;
  height: number;
  keys: ScaleLinear<number, number>;
  queries: ScaleLinear<number, number>;
}

/** A cell must be this large before its number is written into it. */
const NUMBER_WIDTH = 42;
const DIFFERENCE_WIDTH = 50;
const NUMBER_HEIGHT = 15;
const GRID_FROM_PX = 9;

export interface HeatmapDrawing {
  /** Draws tiles one over the other, the last on top. */
  draw(plot: Plot, tiles: Tile[], look: MapLook): void;
}

/** A rectangle of the canvas: left, top, width, height. */
type Box = [number, number, number, number];

/** Draws tiles onto a canvas under any zoom, and keeps the pictures of tiles that it has seen. */
export function createHeatmapDrawing(canvas: HTMLCanvasElement): HeatmapDrawing {
  const context = pixelContext(canvas);
  const scratch = document.createElement('canvas');
  let images = new Map<Tile, TileImage>();
  let painted = '';

  function imagesOf(tiles: Tile[], look: MapLook): Map<Tile, TileImage> {
    const known = painted === JSON.stringify(look) ? images : new Map<Tile, TileImage>();
    painted = JSON.stringify(look);
    return new Map(tiles.map((tile) => [tile, known.get(tile) ?? paintTile(tile, look)]));
  }

  return {
    draw(plot, tiles, look) {
      if (!context) return;
      const ratio = window.devicePixelRatio;
      matchSize(canvas, plot, ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, plot.width, plot.height);
      context.imageSmoothingEnabled = false;
      images = imagesOf(tiles, look);
      for (const [tile, image] of images) {
        const box = boxOf(tile, plot);
        context.clearRect(...box);
        context.drawImage(image.computed, ...box);
        for (const [kind, holes] of image.holes) {
          const fill = cellFill(kind, look.show === 'mask', look.dark);
          fillHoles(scratch, plot, ratio, holes, box, fill);
          context.drawImage(scratch, 0, 0, plot.width, plot.height);
        }
      }
      const top = tiles.at(-1);
      if (top?.exact) writeNumbers(context, top, plot, look);
    },
  };
}

function matchSize(canvas: HTMLCanvasElement, { width, height }: Plot, ratio: number) {
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}

function boxOf({ request }: Tile, { keys, queries }: Plot): Box {
  const [left, right] = request.keys.map(keys);
  const [top, bottom] = request.queries.map(queries);
  return [left, top, right - left, bottom - top];
}

/** Fills the holes of a tile with marks that keep their size under any zoom. */
function fillHoles(
  scratch: HTMLCanvasElement,
  plot: Plot,
  ratio: number,
  holes: HTMLCanvasElement,
  box: Box,
  fill: CellFill,
) {
  matchSize(scratch, plot, ratio);
  const context = pixelContext(scratch);
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalCompositeOperation = 'source-over';
  context.clearRect(0, 0, plot.width, plot.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(holes, ...box);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = canvasFillOf(context, fill);
  context.fillRect(0, 0, plot.width, plot.height);
}

/** Frames single weights, and writes them into their cells once those are large enough to hold them. */
function writeNumbers(
  context: CanvasRenderingContext2D,
  tile: Tile,
  { keys, queries, width, height }: Plot,
  look: MapLook,
) {
  const cellWidth = keys(1) - keys(0);
  const cellHeight = queries(1) - queries(0);
  if (Math.min(cellWidth, cellHeight) < GRID_FROM_PX) return;
  const wideEnough = cellWidth >= (tile.compared ? DIFFERENCE_WIDTH : NUMBER_WIDTH);
  const withNumbers = wideEnough && cellHeight >= NUMBER_HEIGHT && look.show !== 'mask';
  context.font = '11px ui-monospace, monospace';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.strokeStyle = look.dark ? '#0006' : '#fff6';
  const firstQuery = Math.max(tile.request.queries[0], Math.floor(queries.invert(0)));
  const firstKey = Math.max(tile.request.keys[0], Math.floor(keys.invert(0)));
  const endQuery = Math.min(tile.request.queries[1], Math.ceil(queries.invert(height)));
  const endKey = Math.min(tile.request.keys[1], Math.ceil(keys.invert(width)));
  for (let query = firstQuery; query < endQuery; query++) {
    for (let key = firstKey; key < Math.min(endKey, query + 1); key++) {
      const cell = cellAt(tile, query, key);
      const label = cell && labelOf(cell, look);
      if (!label) continue;
      context.strokeRect(keys(key), queries(query), cellWidth, cellHeight);
      if (!withNumbers) continue;
      context.fillStyle = inkOn(label.ground);
      context.fillText(label.text, keys(key) + cellWidth / 2, queries(query) + cellHeight / 2);
    }
  }
}

/** The number of a cell and the colour that it stands on; null where there is none. */
function labelOf(
  { value, compared }: TileCell,
  { show, dark }: MapLook,
): { text: string; ground: string } | null {
  const scale = show === 'mask' ? 'log' : show;
  if (compared === null) {
    if (value < 0) return null;
    return { text: formatWeight(value), ground: colourAt(scaled(value, scale), dark) };
  }
  const difference = differenceOf(value, compared);
  if (difference === null) return null;
  const ground = differenceColourAt(scaledDifference(difference, scale), dark);
  return { text: formatDifference(difference), ground };
}
