import { countReadBack } from './read-back';

/** Most queries of a set that WebGPU allows. */
const MOST_QUERIES = 4096;

/**
 * Times the compute passes of submissions and adds them up by what they are for. A browser may round times
 * (Chrome: to 0.1 ms), so single passes mean little, sums over many a lot.
 */
export class StageTimer {
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;
  /** The purpose of each pass of the submission that is being recorded. */
  private passes: string[] = [];

  private constructor(
    private readonly device: GPUDevice,
    private readonly mostPasses: number,
  ) {
    const count = 2 * mostPasses;
    this.queries = device.createQuerySet({ label: 'stages', type: 'timestamp', count });
    this.resolved = device.createBuffer({
      label: 'times of stages',
      size: count * 8,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    this.staging = device.createBuffer({
      label: 'times of stages, read back',
      size: count * 8,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * @param passes passes that a submission has at most; those beyond what a query set can hold are not timed
   * @returns null where the device has no timestamps
   */
  static create(device: GPUDevice, passes = MOST_QUERIES / 2): StageTimer | null {
    if (!device.features.has('timestamp-query')) return null;
    return new StageTimer(device, Math.min(passes, MOST_QUERIES / 2));
  }

  /** Where the next pass of the submission writes its times. */
  next(purpose: string): GPUComputePassTimestampWrites | undefined {
    const index = this.passes.length;
    if (index === this.mostPasses) return undefined;
    this.passes.push(purpose);
    return {
      querySet: this.queries,
      beginningOfPassWriteIndex: 2 * index,
      endOfPassWriteIndex: 2 * index + 1,
    };
  }

  /** Records, after the last pass of a submission, that its times are handed over. */
  resolve(encoder: GPUCommandEncoder): void {
    const count = 2 * this.passes.length;
    if (count === 0) return;
    encoder.resolveQuerySet(this.queries, 0, count, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, count * 8);
  }

  /** Adds the milliseconds of the submission that was resolved to the sums; waits until it is done. */
  async addTo(sums: Record<string, number>): Promise<void> {
    const { passes, device } = this;
    this.passes = [];
    if (passes.length === 0) return;
    const bytes = passes.length * 16;
    await this.staging.mapAsync(GPUMapMode.READ, 0, bytes);
    countReadBack(device, bytes);
    const times = new BigUint64Array(this.staging.getMappedRange(0, bytes));
    passes.forEach((purpose, index) => {
      // A clock that was set back would give a negative time.
      const nanoseconds = Number(times[2 * index + 1] - times[2 * index]);
      sums[purpose] = (sums[purpose] ?? 0) + Math.max(0, nanoseconds) / 1e6;
    });
    this.staging.unmap();
  }

  destroy(): void {
    this.queries.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}
