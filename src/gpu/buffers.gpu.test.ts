import { expect, it } from 'vitest';
import { testGpu } from '../engine/test-gpu';
import { BufferSet, withMemoryCheck } from './buffers';

it('says so when the graphics memory is full, and keeps nothing allocated', async () => {
  const { device } = await testGpu();
  const size = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const buffers = new BufferSet(device, 'Test');
  let made = 0;
  const exhausting = withMemoryCheck(device, 'far too many buffers', () => {
    for (; made < 4096; made++) buffers.storage('page', size);
    return buffers;
  });
  await expect(exhausting).rejects.toMatchObject({
    trouble: { code: 'out-of-memory', what: expect.stringContaining('far too many buffers') },
  });
  expect(buffers.bytes).toBe(0);
  const small = await withMemoryCheck(device, 'a small buffer', () => {
    buffers.storage('small', 1024);
    return buffers;
  });
  expect(small.bytes).toBe(1024);
  small.destroy();
});
