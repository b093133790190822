import { TroubleError } from '../trouble';

/** A WebGPU device with what the engine asks of it. */
export interface Gpu {
  device: GPUDevice;
  adapter: GPUAdapterInfo;
  /** Whether `shader-f16` was granted. */
  halfPrecision: boolean;
}

/** Storage buffers that the widest kernel binds, and workgroup memory that attention needs at the least. */
const NEEDED = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
} as const;

/** Features that are used where the adapter has them. */
const USED_FEATURES = ['shader-f16', 'timestamp-query'] as const;

/** Limits that grow what fits: all that the adapter has is asked for. */
const WISHED = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
] as const;

/**
 * Takes a device with the features and limits that the engine uses, asked for by name.
 * @throws TroubleError `no-webgpu` or `adapter-too-small`, with what is needed and what is there.
 */
export async function acquireGpu(gpu: GPU | undefined): Promise<Gpu> {
  if (!gpu) {
    throw new TroubleError(
      'no-webgpu',
      'This browser does not offer WebGPU, and Needlescope computes everything with it.',
      'Use Chrome or Edge 134 or newer; on Linux start it with --enable-unsafe-webgpu --enable-features=Vulkan. The page must come over https or from localhost.',
      [{ do: 'reload', label: 'Try again' }],
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new TroubleError(
      'no-webgpu',
      'This browser knows WebGPU but found no graphics adapter for it.',
      'Switch on hardware acceleration in the browser’s settings and update the graphics driver; chrome://gpu tells what is missing.',
      [{ do: 'reload', label: 'Try again' }],
    );
  }
  const requiredLimits: Record<string, number> = {};
  for (const [name, needed] of Object.entries(NEEDED) as [keyof typeof NEEDED, number][]) {
    const found = adapter.limits[name];
    if (found < needed) {
      throw new TroubleError(
        'adapter-too-small',
        `The graphics adapter offers ${name} = ${found}; Needlescope needs ${needed}.`,
        'Use another adapter or a newer driver.',
      );
    }
    requiredLimits[name] = needed;
  }
  for (const name of WISHED) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = USED_FEATURES.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({
    label: 'needlescope',
    requiredFeatures,
    requiredLimits,
  });
  const halfPrecision = device.features.has('shader-f16');
  return { device, adapter: adapter.info, halfPrecision };
}
