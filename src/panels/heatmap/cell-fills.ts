import { pixelContext } from './pixel-context';
import type { CellKind } from './tile-cells';

/** How cells of one kind look: a plain colour, or marks on it. */
export interface CellFill {
  ground: string;
  marks: { ink: string; shape: 'stripes' | 'dots' } | null;
}

/** Distance of marks on the canvas in pixels, the same at any zoom. */
const STRIPES_PX = 8;
const DOTS_PX = 6;

/** A cell's look by what became of its pairs; those that a decode step computed are `read`. */
export type FilledKind = Exclude<CellKind, 'future'> | 'read';

/**
 * The look of cells that show no weight. Under the mask computed and read pairs are solid and left-out ones
 * empty; over weights, where an empty cell would look like a small weight, left-out ones are dotted: stripes of
 * a second direction would look like the slashes that some patterns compute.
 */
export function cellFill(kind: FilledKind, mask: boolean, dark: boolean): CellFill {
  switch (kind) {
    case 'computed':
      return { ground: dark ? '#2dd4bf' : '#0f766e', marks: null };
    case 'read':
      return { ground: dark ? '#818cf8' : '#3730a3', marks: null };
    case 'evicted':
      return {
        ground: dark ? '#3a3f47' : '#dfe2e6',
        marks: { ink: dark ? '#7d8590' : '#8b929b', shape: 'stripes' },
      };
    case 'left-out':
      if (mask) return { ground: dark ? '#262c35' : '#eceff2', marks: null };
      return {
        ground: dark ? '#1d2229' : '#f5f6f8',
        marks: { ink: dark ? '#66707c' : '#9aa3ad', shape: 'dots' },
      };
  }
}

/** A fill as a CSS background, for the legend. */
export function backgroundOf({ ground, marks }: CellFill): string {
  if (!marks) return ground;
  return marks.shape === 'stripes'
    ? `repeating-linear-gradient(135deg, ${ground} 0 3px, ${marks.ink} 3px 4px)`
    : `radial-gradient(circle, ${marks.ink} 0 1px, ${ground} 1px) 0 0 / 4px 4px`;
}

/** A fill for a canvas. */
export function canvasFillOf(
  context: CanvasRenderingContext2D,
  { ground, marks }: CellFill,
): CanvasPattern | string {
  if (!marks) return ground;
  const size = marks.shape === 'stripes' ? STRIPES_PX : DOTS_PX;
  const stamp = document.createElement('canvas');
  stamp.width = size;
  stamp.height = size;
  const ink = pixelContext(stamp);
  if (!ink) return ground;
  ink.fillStyle = ground;
  ink.fillRect(0, 0, size, size);
  ink.strokeStyle = marks.ink;
  ink.fillStyle = marks.ink;
  if (marks.shape === 'dots') ink.fillRect(size / 2 - 1, size / 2 - 1, 1, 1);
  else drawStripes(ink, size);
  return context.createPattern(stamp, 'repeat') ?? ground;
}

function drawStripes(ink: CanvasRenderingContext2D, size: number) {
  ink.beginPath();
  // The neighbours' stripes too: their ends reach into the corners of this one.
  for (const shift of [-size, 0, size]) {
    ink.moveTo(shift, size);
    ink.lineTo(shift + size, 0);
  }
  ink.stroke();
}
