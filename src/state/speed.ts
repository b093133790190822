import type { AdapterInfo, BenchResult, Roofline } from '../worker/protocol';
import type { PageState } from './page-store';

/** How far a measurement of speed is. */
export interface SpeedProgress {
  what: 'roofline' | 'kernels';
  /** In tokens; 0 of 0 until known, and for the roofline, which takes a moment. */
  done: number;
  total: number;
  /** When it began, in milliseconds of `performance.now()`. */
  begunAt: number;
}

export interface SpeedState {
  /** What the adapter can do at best; null: not measured yet in this browser. */
  roofline: Roofline | null;
  /** The kernels of the setup that was measured last. */
  bench: BenchResult | null;
  measuring: SpeedProgress | null;
}

/** What is known about the speed of a model that was just loaded. */
export function firstSpeed(adapter: AdapterInfo | null): SpeedState {
  return { roofline: adapter && storedRoofline(adapter), bench: null, measuring: null };
}

export function storeRoofline(adapter: AdapterInfo, roofline: Roofline): void {
  try {
    localStorage.setItem(keyOf(adapter), JSON.stringify(roofline));
  } catch {
    // A browser may forbid storage; then it is measured again at the next visit.
  }
}

export function storedRoofline(adapter: AdapterInfo): Roofline | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(adapter)) ?? 'null');
    return isRoofline(stored) ? stored : null;
  } catch {
    return null;
  }
}

export function applyBenchEvent(
  { speed }: PageState,
  { done, total }: { done: number; total: number },
): Partial<PageState> {
  const { measuring } = speed;
  return measuring ? { speed: { ...speed, measuring: { ...measuring, done, total } } } : {};
}

function keyOf({ vendor, architecture, name }: AdapterInfo): string {
  return `needlescope.roofline.${[vendor, architecture, name].join('.')}`;
}

function isRoofline(stored: unknown): stored is Roofline {
  if (typeof stored !== 'object' || stored === null) return false;
  const { bytesPerSecond, flopsPerSecond } = stored as Partial<Roofline>;
  return [bytesPerSecond, flopsPerSecond].every(
    (rate) => Number.isFinite(rate) && Number(rate) > 0,
  );
}
