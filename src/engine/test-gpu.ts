import { acquireGpu, type Gpu } from '../gpu/device';

let gpu: Promise<Gpu> | undefined;

/** One device for all browser tests of a file. */
export function testGpu(): Promise<Gpu> {
  gpu ??= acquireGpu(navigator.gpu);
  return gpu;
}
