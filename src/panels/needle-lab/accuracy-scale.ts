import { interpolateCividis } from 'd3';

/** The colour of an accuracy from 0 to 1: even in brightness, for all eyes and on both grounds. */
export function accuracyColour(accuracy: number): string {
  return interpolateCividis(accuracy);
}
