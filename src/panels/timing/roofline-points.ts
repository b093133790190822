import type { BenchResult, KernelTime, Roofline } from '../../worker/protocol';

/** A kernel where the roofline has it. */
export interface RooflinePoint {
  phase: 'prefill' | 'decode';
  name: string;
  /** FLOP per byte that must be moved. */
  intensity: number;
  /** FLOP a second that were attained. */
  flopsPerSecond: number;
  /** Bytes a second that were attained, were each input and output moved once. */
  bytesPerSecond: number;
  /** Of the time of all kernels of the phase. */
  share: number;
}

/** Kernels that compute something, took a time that could be told, and have a formula. */
export function rooflinePoints(kernels: BenchResult['kernels']): RooflinePoint[] {
  if (!kernels) return [];
  return (['prefill', 'decode'] as const).flatMap((phase) => {
    const all = sumMs(kernels[phase].kernels);
    return kernels[phase].kernels.flatMap(({ name, ms, flops, bytes }) => {
      if (!flops || !bytes || ms <= 0) return [];
      return {
        phase,
        name,
        intensity: flops / bytes,
        flopsPerSecond: (flops / ms) * 1000,
        bytesPerSecond: (bytes / ms) * 1000,
        share: ms / all,
      };
    });
  });
}

export function sumMs(kernels: KernelTime[]): number {
  return kernels.reduce((sum, { ms }) => sum + ms, 0);
}

/** FLOP per byte from which on computing takes longer than moving. */
export function ridgeOf({ flopsPerSecond, bytesPerSecond }: Roofline): number {
  return flopsPerSecond / bytesPerSecond;
}

/** FLOP a second that the adapter can give at best at such an intensity. */
export function roofAt({ flopsPerSecond, bytesPerSecond }: Roofline, intensity: number): number {
  return Math.min(flopsPerSecond, bytesPerSecond * intensity);
}
