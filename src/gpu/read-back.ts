const counted = new WeakMap<GPUDevice, number>();

/** Bytes that were copied from a device to the host so far, for whatever purpose. */
export function bytesReadBack(device: GPUDevice): number {
  return counted.get(device) ?? 0;
}

/** For those who map a staging buffer of their own. */
export function countReadBack(device: GPUDevice, bytes: number): void {
  counted.set(device, bytesReadBack(device) + bytes);
}

/** Copies the first `bytes` of a buffer to the host. For rare reads; the decode loop has its own staging. */
export function readBack(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number,
  offset = 0,
): Promise<ArrayBuffer> {
  return readParts(device, buffer, [{ offset, bytes }]);
}

/** Copies single words of a buffer to the host, counted from its beginning. */
export async function readWords(
  device: GPUDevice,
  buffer: GPUBuffer,
  words: number[],
): Promise<Uint32Array> {
  const parts = words.map((word) => ({ offset: word * 4, bytes: 4 }));
  return new Uint32Array(await readParts(device, buffer, parts));
}

/** Copies parts of a buffer, in bytes, to the host; they come one after the other. */
export async function readParts(
  device: GPUDevice,
  buffer: GPUBuffer,
  parts: { offset: number; bytes: number }[],
): Promise<ArrayBuffer> {
  const staging = device.createBuffer({
    label: 'read-back',
    size: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const { offset, bytes } of parts) {
      encoder.copyBufferToBuffer(buffer, offset, staging, at, bytes);
      at += bytes;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    countReadBack(device, at);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
