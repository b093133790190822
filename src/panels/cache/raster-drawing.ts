import type { ScaleLinear } from 'd3';
import { canvasFillOf, cellFill } from '../heatmap/cell-fills';
import { pixelContext } from '../heatmap/pixel-context';
import { ageTable } from './age-scale';
import { type RasterCells, rasterCells } from './raster-cells';

/** Where the raster is on its canvas, in CSS pixels. */
export interface RasterPlot {
  width: number;
  height: number;
  steps: ScaleLinear<number, number>;
  keys: ScaleLinear<number, number>;
}

export interface RasterDrawing {
  /** @param oldest age in tokens at the end of the colour scale */
  draw(plot: RasterPlot, evictedAt: Uint32Array, oldest: number, dark: boolean): void;
}

/** Paints the life of entries: what is held in the colour of its age, what is gone as stripes. */
export function createRasterDrawing(canvas: HTMLCanvasElement): RasterDrawing {
  const context = pixelContext(canvas);
  const holes = document.createElement('canvas');
  return {
    draw(plot, evictedAt, oldest, dark) {
      if (!context) return;
      const { width, height, steps, keys } = plot;
      const ratio = window.devicePixelRatio;
      for (const surface of [canvas, holes]) {
        surface.width = Math.round(width * ratio);
        surface.height = Math.round(height * ratio);
      }
      const [firstStep, lastStep] = steps.domain();
      const [firstKey, endKey] = keys.domain();
      // Rows that are still to come stay blank.
      const endStep = Math.min(lastStep, evictedAt.length);
      if (endStep <= firstStep) return;
      const wide = Math.round(steps(endStep) * ratio);
      const cells = rasterCells(evictedAt, {
        steps: [firstStep, endStep],
        keys: [firstKey, endKey],
        columns: Math.min(wide, endStep - firstStep),
        rows: Math.min(canvas.height, endKey - firstKey),
      });
      const stripes = pixelContext(holes);
      if (stripes) {
        stripes.imageSmoothingEnabled = false;
        stripes.drawImage(comeImage(cells), 0, 0, wide, holes.height);
        stripes.globalCompositeOperation = 'source-in';
        stripes.scale(ratio, ratio);
        stripes.fillStyle = canvasFillOf(stripes, cellFill('evicted', false, dark));
        stripes.fillRect(0, 0, width, height);
      }
      context.imageSmoothingEnabled = false;
      context.drawImage(holes, 0, 0);
      const ages = heldImage(cells, ageTable(dark), oldest);
      context.drawImage(ages, 0, 0, wide, canvas.height);
    },
  };
}

/** A picture with one pixel a cell; `paint` writes RGBA at a place of its bytes. */
function imageOf(
  cells: RasterCells,
  paint: (bytes: Uint8ClampedArray, place: number, cell: number) => void,
): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = cells.columns;
  picture.height = cells.rows;
  const image = new ImageData(cells.columns, cells.rows);
  for (let cell = 0; cell < cells.come.length; cell++) {
    if (cells.come[cell] > 0) paint(image.data, cell * 4, cell);
  }
  pixelContext(picture)?.putImageData(image, 0, 0);
  return picture;
}

/** Where only some of a cell's keys are held, the stripes shine through. */
function heldImage(
  cells: RasterCells,
  table: Uint8ClampedArray,
  oldest: number,
): HTMLCanvasElement {
  const { come, held, age } = cells;
  return imageOf(cells, (bytes, place, cell) => {
    const shade = Math.min(255, Math.round((age[cell] / oldest) * 255)) * 3;
    bytes[place] = table[shade];
    bytes[place + 1] = table[shade + 1];
    bytes[place + 2] = table[shade + 2];
    bytes[place + 3] = Math.round((255 * held[cell]) / come[cell]);
  });
}

function comeImage(cells: RasterCells): HTMLCanvasElement {
  return imageOf(cells, (bytes, place) => {
    bytes[place + 3] = 255;
  });
}
