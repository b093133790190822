/** A context whose pixels the CPU draws: one on the GPU would have to wait for the model's own work. */
export function pixelContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext('2d', { willReadFrequently: true });
}
