import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import { BufferSet } from '../gpu/buffers';
import type { Constants, Kernel, Pipeline, Resource } from '../gpu/kernels';
import { readBack } from '../gpu/read-back';
import { packStruct, structOf } from '../gpu/wgsl';
import { TroubleError } from '../trouble';

interface ProbeStep {
  pipeline: Pipeline;
  group: GPUBindGroup;
}

/** A uniform struct of a kernel; what is set counts for the submissions after it. */
interface ProbeUniform {
  buffer: GPUBuffer;
  set(values: Record<string, number>): void;
}

/**
 * A long measurement of a run: many short submissions, between which the run can go on, and buffers that live
 * until its end.
 */
export class ProbeWork {
  readonly buffers: BufferSet;

  constructor(
    readonly model: GpuModel,
    readonly run: Run,
    name: string,
  ) {
    this.buffers = new BufferSet(model.device, name);
  }

  async step(
    kernel: Kernel,
    resources: Record<string, Resource>,
    constants: Constants = {},
  ): Promise<ProbeStep> {
    const pipeline = await this.model.kernel(kernel, constants);
    return { pipeline, group: this.model.compiler.bind(pipeline, resources) };
  }

  uniform(kernel: Kernel, struct: string): ProbeUniform {
    const { queue } = this.model.device;
    const buffer = this.buffers.uniform(struct, structOf(kernel.code, struct).bytes);
    const set = (values: Record<string, number>) =>
      queue.writeBuffer(buffer, 0, packStruct(kernel.code, struct, values));
    return { buffer, set };
  }

  /**
   * Runs a kernel and waits for it.
   * @throws TroubleError `bad-input` where another run took this one's place.
   */
  async submit({ pipeline, group }: ProbeStep, x: number, y = 1): Promise<void> {
    await this.encode((encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline.pipeline);
      pass.setBindGroup(0, this.run.forward.sharedGroup);
      pass.setBindGroup(1, group);
      pass.dispatchWorkgroups(x, y);
      pass.end();
    });
  }

  /** Fills a buffer with zeros. */
  async clear(buffer: GPUBuffer): Promise<void> {
    await this.encode((encoder) => encoder.clearBuffer(buffer));
  }

  async floats(buffer: GPUBuffer, count: number): Promise<Float32Array> {
    return new Float32Array(await readBack(this.model.device, buffer, count * 4));
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private async encode(record: (encoder: GPUCommandEncoder) => void): Promise<void> {
    if (this.run.destroyed) {
      throw new TroubleError(
        'bad-input',
        'The run was replaced while it was measured.',
        'Ask again about the new one.',
      );
    }
    const { device } = this.model;
    const encoder = device.createCommandEncoder();
    record(encoder);
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  }
}
