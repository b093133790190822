import { BufferSet } from '../gpu/buffers';
import { type Constants, type Kernel, KernelCompiler, layoutEntry } from '../gpu/kernels';
import { readBack } from '../gpu/read-back';
import { bindingsOf, packStruct } from '../gpu/wgsl';
import { FRAME_CODE, HEAD_STATE } from './kernels';
import { testGpu } from './test-gpu';

/** What a kernel under test shares with the others of its submission. */
interface SharedInputs {
  frame?: Partial<Record<string, number>>;
  ropeTable?: Float32Array<ArrayBuffer>;
  /** Head states, then the page table (`shaders/shared/pages.wgsl`). */
  cacheTable?: Uint32Array<ArrayBuffer>;
}

export interface KernelCall extends SharedInputs {
  constants: Constants;
  /** By the names in the shader: arrays for storage, packed structs for uniforms. */
  inputs: Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | ArrayBuffer>;
  /** Which inputs to read back afterwards. */
  outputs: string[];
  workgroups: [number, number, number?];
}

const FRAME = {
  tokens: 1,
  position: 0,
  page_table: HEAD_STATE,
  page_table_stride: 1,
  score_scale: 1,
  score_cap: 0,
  steer_bias: 0,
  steer_from: 0,
  steer_to: 0,
  plan_words: 1,
  plan_block_words: 1,
};

/** Runs one kernel alone on the test device, for tests. Returns the raw bytes of each output. */
export async function runKernel(
  kernel: Kernel,
  call: KernelCall,
): Promise<Record<string, ArrayBuffer>> {
  const { device } = await testGpu();
  const buffers = new BufferSet(device, kernel.name);
  const fill = (buffer: GPUBuffer, data: ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const none = new Uint32Array(4);
  const frame = packStruct(FRAME_CODE, 'Frame', { ...FRAME, ...call.frame } as typeof FRAME);
  const shared = [
    fill(buffers.uniform('frame', frame.byteLength), frame),
    ...[call.ropeTable ?? none, call.cacheTable ?? none].map((data) =>
      fill(buffers.storage('shared', data.byteLength), data),
    ),
  ];
  const layout = device.createBindGroupLayout({
    entries: shared.map((_, index) => layoutEntry(index, index === 0 ? 'uniform' : 'read')),
  });
  const compiler = new KernelCompiler(device, 'f32', layout);
  const pipeline = await compiler.compile(kernel, call.constants);
  const resources: Record<string, GPUBuffer> = {};
  for (const { name, kind } of bindingsOf(kernel.code, 1)) {
    const data = call.inputs[name];
    if (!data) throw new Error(`The test gives nothing for ${name}.`);
    const create = kind === 'uniform' ? buffers.uniform : buffers.storage;
    resources[name] = fill(create.call(buffers, name, data.byteLength), data);
  }
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline.pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout,
      entries: shared.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.setBindGroup(1, compiler.bind(pipeline, resources));
  pass.dispatchWorkgroups(...call.workgroups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const outputs: Record<string, ArrayBuffer> = {};
  for (const name of call.outputs) {
    outputs[name] = await readBack(device, resources[name], call.inputs[name].byteLength);
  }
  buffers.destroy();
  return outputs;
}
