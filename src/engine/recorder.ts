import type { Pipeline } from '../gpu/kernels';
import type { StageTimer } from '../gpu/stage-timer';
import type { KernelLog } from './kernel-log';

/** A kernel with everything bound; only the number of workgroups is open. */
export interface Step {
  /** What it is for, where the kernel serves several purposes; else the kernel's name. */
  name: string;
  pipeline: Pipeline;
  group: GPUBindGroup;
}

/** What the time of a submission is split into. */
export type Stage = 'model' | 'selection' | 'attention';

/**
 * Records the kernels of one submission. In passes of their own where stages or kernels are timed, else in
 * one pass.
 */
export class Recorder {
  /** Tokens of this submission; 0 where only the cache is worked on. */
  tokens = 0;
  /** Position in the text of the first of them. */
  position = 0;
  /** Kernels recorded so far. */
  dispatches = 0;
  /** Where stages or kernels are timed. */
  timer: StageTimer | null = null;
  /** Where kernels are timed one by one. */
  kernels: KernelLog | null = null;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  /** What the open pass is for, and what the next kernels are for. */
  private opened: Stage = 'model';
  private current: Stage = 'model';

  constructor(private readonly sharedGroup: GPUBindGroup) {}

  begin(encoder: GPUCommandEncoder, tokens: number, position: number): void {
    this.encoder = encoder;
    this.tokens = tokens;
    this.position = position;
    this.current = 'model';
  }

  end(): void {
    this.pass?.end();
    this.pass = null;
    this.encoder = null;
  }

  /** Says what the following kernels are for. */
  stage(stage: Stage): void {
    this.current = stage;
  }

  run(step: Step, x: number, y = 1, z = 1): void {
    const pass = this.openPass(step);
    pass.setPipeline(step.pipeline.pipeline);
    pass.setBindGroup(1, step.group);
    pass.dispatchWorkgroups(x, y, z);
    this.dispatches++;
    this.kernels?.note(step, this.current);
  }

  /** The open pass; a new one for another stage or kernel where these are timed, so that none is empty. */
  private openPass(step: Step): GPUComputePassEncoder {
    const { encoder, timer, kernels, current } = this;
    if (!encoder) throw new Error('Nothing is being recorded.');
    if (this.pass && (!timer || (!kernels && this.opened === current))) return this.pass;
    this.pass?.end();
    const timestampWrites = timer?.next(kernels ? step.name : current);
    this.pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
    this.pass.setBindGroup(0, this.sharedGroup);
    this.opened = current;
    return this.pass;
  }
}
