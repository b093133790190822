import type { Pipeline } from '../gpu/kernels';

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
  /** Tokens of this submission. */
  tokens = 0;
  private pass: GPUComputePassEncoder | null = null;
  private current: Stage = 'model';
  private encoder: GPUCommandEncoder | null = null;

  constructor(
    private readonly sharedGroup: GPUBindGroup,
    /** Where a pass of a stage writes its times; null: stages are not timed. */
    private readonly timestamps:
      | ((stage: Stage) => GPUComputePassTimestampWrites | undefined)
      | null,
  ) {}

  begin(encoder: GPUCommandEncoder, tokens: number): void {
    this.encoder = encoder;
    this.tokens = tokens;
    this.current = 'model';
    this.open();
  }

  end(): void {
    this.pass?.end();
    this.pass = null;
    this.encoder = null;
  }

  /** Says what the following kernels are for. */
  stage(stage: Stage): void {
    if (stage === this.current) return;
    this.current = stage;
    if (!this.timestamps) return;
    this.pass?.end();
    this.open();
  }

  run(step: Step, x: number, y = 1, z = 1): void {
    const { pass } = this;
    if (!pass) throw new Error('Nothing is being recorded.');
    pass.setPipeline(step.pipeline.pipeline);
    pass.setBindGroup(1, step.group);
    pass.dispatchWorkgroups(x, y, z);
  }

  private open(): void {
    const timestampWrites = this.timestamps?.(this.current);
    this.pass = this.encoder?.beginComputePass(timestampWrites && { timestampWrites }) ?? null;
    this.pass?.setBindGroup(0, this.sharedGroup);
  }
}
