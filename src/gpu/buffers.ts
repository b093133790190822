import { TroubleError } from '../trouble';

/**
 * Buffers that live and die together, with their bytes counted: what is shown as memory is what was
 * allocated here.
 */
export class BufferSet {
  bytes = 0;
  private readonly buffers: GPUBuffer[] = [];

  constructor(
    private readonly device: GPUDevice,
    private readonly name: string,
  ) {}

  /** A storage buffer of at least `bytes`, zeroed. */
  storage(label: string, bytes: number, extraUsage = 0): GPUBuffer {
    return this.create(
      label,
      bytes,
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC | extraUsage,
    );
  }

  /** A uniform buffer of at least `bytes`. */
  uniform(label: string, bytes: number): GPUBuffer {
    return this.create(label, bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  }

  /** A buffer that the host can read. */
  staging(label: string, bytes: number): GPUBuffer {
    return this.create(label, bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.length = 0;
    this.bytes = 0;
  }

  private create(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const { limits } = this.device;
    const storage = (usage & GPUBufferUsage.STORAGE) !== 0;
    const most = storage
      ? Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
      : limits.maxBufferSize;
    if (size > most) {
      throw new TroubleError(
        'adapter-too-small',
        `${this.name}: “${label}” needs a buffer of ${megabytes(size)}, this adapter allows ${megabytes(most)}.`,
        'Use a shorter prompt, a cache policy with a budget, or a smaller model.',
      );
    }
    const buffer = this.device.createBuffer({ label: `${this.name}: ${label}`, size, usage });
    this.buffers.push(buffer);
    this.bytes += size;
    return buffer;
  }
}

/**
 * Runs `allocate` and waits for the GPU's word on its memory.
 * @throws TroubleError `out-of-memory` if the GPU had too little; then nothing stays allocated.
 */
export async function withMemoryCheck<T extends { destroy(): void }>(
  device: GPUDevice,
  what: string,
  allocate: () => T | Promise<T>,
): Promise<T> {
  device.pushErrorScope('out-of-memory');
  let made: T | null = null;
  let thrown: unknown = null;
  try {
    made = await allocate();
  } catch (error) {
    thrown = error;
  }
  const failure = await device.popErrorScope();
  if (thrown) throw thrown;
  if (!made) throw new Error('nothing was allocated');
  if (failure) {
    made.destroy();
    throw new TroubleError(
      'out-of-memory',
      `The graphics memory is full: ${what} could not be allocated (${failure.message}).`,
      'Close other tabs that use the GPU, use a shorter prompt, or a cache policy with a budget.',
      [{ do: 'retry', label: 'Try again' }],
    );
  }
  return made;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
