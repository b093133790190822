import type { RasterPoint, RasterWindow } from './age-raster';

export const WHOLE = 'whole';

export interface RasterState extends RasterPoint {
  /** Tokens that were read. */
  length: number;
  window: RasterWindow;
}

/** Steps and keys of a view that cannot be zoomed further. */
const FEWEST = 8;

/** What a key does: picks another cell, zooms about the picked one, or shows all; null: nothing. */
export function pressed(
  name: string,
  far: boolean,
  state: RasterState,
): RasterPoint | RasterWindow | typeof WHOLE | null {
  const { length, step, key, window } = state;
  const by = far ? 10 : 1;
  const point = (steps: number, keys: number): RasterPoint => ({
    step: clamp(step + steps * by, length - 1),
    key: clamp(key + keys * by, length - 1),
  });
  switch (name) {
    case 'ArrowLeft':
      return point(-1, 0);
    case 'ArrowRight':
      return point(1, 0);
    case 'ArrowUp':
      return point(0, -1);
    case 'ArrowDown':
      return point(0, 1);
    case '+':
    case '=':
      return zoomed(0.5);
    case '-':
      return zoomed(2);
    case '0':
      return WHOLE;
    default:
      return null;
  }

  function zoomed(factor: number): RasterWindow | typeof WHOLE {
    const steps = around(window.steps, step, factor, length);
    const keys = around(window.keys, key, factor, length);
    const all = [steps, keys].every(([from, to]) => from === 0 && to === length);
    return all ? WHOLE : { steps, keys };
  }
}

function around(
  [from, to]: [number, number],
  position: number,
  factor: number,
  length: number,
): [number, number] {
  const size = Math.min(
    length,
    Math.max(Math.min(FEWEST, length), Math.round((to - from) * factor)),
  );
  const first = Math.min(length - size, Math.max(0, position - Math.floor(size / 2)));
  return [first, first + size];
}

function clamp(position: number, last: number): number {
  return Math.min(last, Math.max(0, position));
}
