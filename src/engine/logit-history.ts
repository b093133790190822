import type { BufferSet } from '../gpu/buffers';

/** Bytes of logits that a run keeps, at most: at 150,000 words of vocabulary those of 111 tokens. */
const MOST_BYTES = 2 ** 26;

/** The logits that the first generated tokens were drawn from. */
export class LogitHistory {
  /** f32[steps, vocabSize] */
  readonly buffer: GPUBuffer;
  readonly steps: number;
  private readonly rowBytes: number;

  /** @param steps tokens whose logits are wanted; fewer are kept where they would take too much memory */
  constructor(buffers: BufferSet, vocabSize: number, steps: number) {
    this.rowBytes = vocabSize * 4;
    this.steps = Math.min(steps, Math.floor(MOST_BYTES / this.rowBytes));
    this.buffer = buffers.storage('logits of the answer', this.steps * this.rowBytes);
  }

  /** Records the copy of the logits that token `step` of the answer is drawn from. */
  record(encoder: GPUCommandEncoder, logits: GPUBuffer, step: number): void {
    if (step >= this.steps) return;
    encoder.copyBufferToBuffer(logits, 0, this.buffer, step * this.rowBytes, this.rowBytes);
  }
}
