import type { Pipeline } from '../gpu/kernels';
import type { StageTimer } from '../gpu/stage-timer';

/** A kernel with everything bound; only the number of workgroups is open. */
export interface Step {
  pipeline: Pipeline;
  group: GPUBindGroup;
}

/** What the time of a submission is split into. */
export type Stage = 'model' | 'selection' | 'attention';

/**
 * Records the kernels of one submission. In passes of their own where stages are timed, else in one pass.
 */
export class Recorder {
  /** Tokens of this submission; 0 where only the cache is worked on. */
  tokens = 0;
  /** Position in the text of the first of them. */
  position = 0;
  /** Where stages are timed. */
  timer: StageTimer<Stage> | null = null;
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
    const pass = this.openPass();
    pass.setPipeline(step.pipeline.pipeline);
    pass.setBindGroup(1, step.group);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** The open pass; a new one for another stage where stages are timed, so that none is empty. */
  private openPass(): GPUComputePassEncoder {
    const { encoder, timer, current } = this;
    if (!encoder) throw new Error('Nothing is being recorded.');
    if (this.pass && (!timer || this.opened === current)) return this.pass;
    this.pass?.end();
    const timestampWrites = timer?.next(current);
    this.pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
    this.pass.setBindGroup(0, this.sharedGroup);
    this.opened = current;
    return this.pass;
  }
}
