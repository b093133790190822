import { type Bench, SLICE } from '../bench';

/** A buffer with an equal part for each layer; parts can be bound alone. */
export class Layered {
  readonly buffer: GPUBuffer;
  private readonly size: number;

  /** @param bytes of one part; parts follow each other without gaps where it is a multiple of 256 */
  constructor(bench: Bench, label: string, bytes: number) {
    this.size = Math.ceil(bytes / SLICE) * SLICE;
    this.buffer = bench.storage(label, this.size * bench.config.layers);
  }

  of(layer: number): GPUBufferBinding {
    return { buffer: this.buffer, offset: layer * this.size, size: this.size };
  }
}
