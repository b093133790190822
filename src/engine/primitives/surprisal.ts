import surprisalCode from '../../../shaders/probe/surprisal.wgsl?raw';
import type { Bench } from '../bench';
import { KERNELS, kernel, MAX_CHUNK, SHARED } from '../kernels';
import { sized, sizesUniform } from '../product';
import type { Recorder, Stage, Step } from '../recorder';

const SURPRISAL = kernel('probe/surprisal', surprisalCode, SHARED.frame, SHARED.reduce);

/** Tokens of the vocabulary whose logits are computed at once. */
const PIECE = 1024;

/** How unexpected every token of the text is, once the tokens before it are known: −ln p, in nats. */
export class Surprisal {
  private constructor(
    private readonly bench: Bench,
    /** f32[length of the text] by position; 0 without meaning: see `shaders/probe/surprisal.wgsl`. */
    readonly surprisals: GPUBuffer,
    /** What its time counts as. */
    private readonly stage: Stage,
    private readonly norm: Step,
    private readonly pieces: { product: Step; outputs: number; judge: Step }[],
    private readonly judgeToken: Step,
  ) {}

  static async create(bench: Bench, stage: Stage): Promise<Surprisal> {
    const { model, config } = bench;
    const { weights, sizes, pipelines } = model;
    const normed = bench.named.normed;
    const product = bench.storage('logits of a piece', MAX_CHUNK * PIECE * 4);
    const running = bench.storage('running sums', MAX_CHUNK * 16);
    const surprisals = bench.storage('surprisals', bench.length * 4);
    const pipeline = await bench.kernel(SURPRISAL, { STRIDE: PIECE, THREADS: 256 });
    const judge = (first: number, count: number, carries: 0 | 1) =>
      bench.step(pipeline, {
        piece: bench.uniform(SURPRISAL, 'Piece', { first, count, carries }),
        product,
        running,
        surprisals,
      });
    const pieces = weights.output.parts.flatMap(({ buffer, from, rows, rowBytes, blocks }) =>
      Array.from({ length: Math.ceil(rows / PIECE) }, async (_, piece) => {
        const first = piece * PIECE;
        const outputs = Math.min(PIECE, rows - first);
        const pipeline = await bench.kernel(blocks ? KERNELS.blockMatmul : KERNELS.matmul, {
          ...blocks,
          CAP: config.logitCap ?? 0,
        });
        const matmul = sized(pipeline, {
          IN4: sizes.hidden4,
          OUT: outputs,
          OUT_STRIDE: PIECE,
          ADD: 0,
        });
        // The last block may end in the middle of a word.
        const size = Math.ceil((outputs * rowBytes) / 4) * 4;
        const w = { buffer, offset: first * rowBytes, size };
        // The kernel has no bias; the weights are bound in its place.
        const resources = {
          x: normed,
          w,
          y: product,
          bias: w,
          sizes: sizesUniform(bench, matmul),
        };
        return {
          product: bench.step(matmul, resources, 'logits of the prompt'),
          outputs,
          judge: judge(from + first, outputs, 1),
        };
      }),
    );
    return new Surprisal(
      bench,
      surprisals,
      stage,
      bench.step(pipelines.norm, { weight: weights.finalNorm, y: normed }),
      await Promise.all(pieces),
      judge(0, config.vocabSize, 0),
    );
  }

  /** Records it after the last layer of a chunk or token, while the residual stream is in place. */
  record(recorder: Recorder): void {
    const { tokens, position } = recorder;
    recorder.stage(this.stage);
    if (position >= this.bench.parts.length) {
      // The step before left its logits, and this one will.
      recorder.run(this.judgeToken, 1);
    } else {
      recorder.run(this.norm, tokens);
      for (const { product, outputs, judge } of this.pieces) {
        recorder.run(product, Math.ceil(outputs / 32), Math.ceil(tokens / 32));
        recorder.run(judge, tokens);
      }
    }
    recorder.stage('model');
  }
}
