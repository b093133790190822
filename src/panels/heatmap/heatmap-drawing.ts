import type { ScaleLinear } from 'd3';
import type { Tile } from '../../worker/protocol';
import { formatWeight } from '../parts/numbers';
import { colourAt, inkOn, scaled } from '../parts/weight-scale';
import { type CellFill, canvasFillOf, cellFill } from './cell-fills';
import { pixelContext } from './pixel-context';
import { cellAt } from './tile-cells';
import { cellColours, type MapShow, paintTile, type TileImage } from './tile-image';

/** Where the map is on its canvas, in CSS pixels. */
export interface Plot {
  width: number;
  height: number;
  keys: ScaleLinear<number, number>;
  queries: ScaleLinear<number, number>;
}

/** A cell must be this large before its number is written into it. */
const NUMBER_WIDTH = 42;
const NUMBER_HEIGHT = 15;
const GRID_FROM_PX = 9;

export interface HeatmapDrawing {
  /** Draws tiles one over the other, the last on top. */
  draw(plot: Plot, tiles: Tile[], show: MapShow, dark: boolean): void;
}

/** Draws tiles onto a canvas under any zoom, and keeps the pictures of tiles that it has seen. */
export function createHeatmapDrawing(canvas: HTMLCanvasElement): HeatmapDrawing {
  const context = pixelContext(canvas);
  const scratch = document.createElement('canvas');
  let images = new Map<Tile, TileImage>();
  let painted = '';

  function imagesOf(tiles: Tile[], show: MapShow, dark: boolean): Map<Tile, TileImage> {
    const colours = cellColours(show, dark);
    const known = painted === `${show} ${dark}` ? images : new Map<Tile, TileImage>();
    painted = `${show} ${dark}`;
    return new Map(tiles.map((tile) => [tile, known.get(tile) ?? paintTile(tile, colours)]));
  }

  return {
    draw(plot, tiles, show, dark) {
      if (!context) return;
      const ratio = window.devicePixelRatio;
      matchSize(canvas, plot, ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, plot.width, plot.height);
      context.imageSmoothingEnabled = false;
      images = imagesOf(tiles, show, dark);
      for (const [tile, image] of images) {
        const box = boxOf(tile, plot);
        context.clearRect(...box);
        context.drawImage(image.computed, ...box);
        for (const [kind, holes] of image.holes) {
          fillHoles(scratch, plot, ratio, holes, box, cellFill(kind, show === 'mask', dark));
          context.drawImage(scratch, 0, 0, plot.width, plot.height);
        }
      }
      const top = tiles.at(-1);
      if (top?.exact) writeNumbers(context, top, plot, show, dark);
    },
  };
}

function matchSize(canvas: HTMLCanvasElement, { width, height }: Plot, ratio: number) {
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}

function boxOf({ request }: Tile, { keys, queries }: Plot): [number, number, number, number] {
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
  box: [number, number, number, number],
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
  show: MapShow,
  dark: boolean,
) {
  const cellWidth = keys(1) - keys(0);
  const cellHeight = queries(1) - queries(0);
  if (Math.min(cellWidth, cellHeight) < GRID_FROM_PX) return;
  const withNumbers = cellWidth >= NUMBER_WIDTH && cellHeight >= NUMBER_HEIGHT;
  context.font = '11px ui-monospace, monospace';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.strokeStyle = dark ? '#0006' : '#fff6';
  const firstQuery = Math.max(tile.request.queries[0], Math.floor(queries.invert(0)));
  const firstKey = Math.max(tile.request.keys[0], Math.floor(keys.invert(0)));
  const endQuery = Math.min(tile.request.queries[1], Math.ceil(queries.invert(height)));
  const endKey = Math.min(tile.request.keys[1], Math.ceil(keys.invert(width)));
  for (let query = firstQuery; query < endQuery; query++) {
    for (let key = firstKey; key < Math.min(endKey, query + 1); key++) {
      const weight = cellAt(tile, query, key)?.value ?? -1;
      if (weight < 0) continue;
      context.strokeRect(keys(key), queries(query), cellWidth, cellHeight);
      if (!withNumbers || show === 'mask') continue;
      context.fillStyle = inkOn(colourAt(scaled(weight, show), dark));
      context.fillText(
        formatWeight(weight),
        keys(key) + cellWidth / 2,
        queries(query) + cellHeight / 2,
      );
    }
  }
}
