import joinCode from '../../../shaders/attention/join.wgsl?raw';
import attendCode from '../../../shaders/attention/quantised.wgsl?raw';
import quantiseCode from '../../../shaders/cache/quantise.wgsl?raw';
import type { Bench } from '../bench';
import { DECODE_SPLIT, kernel, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';

const { frame, pages, reduce, rows } = SHARED;

/** Quantises groups of slots. */
export const QUANTISE = kernel('cache/quantise', quantiseCode, frame, pages);
/** Attention of one query over quantised groups. */
export const ATTEND_QUANTISED = kernel('attention/quantised', attendCode, frame, pages, reduce);
/** Joins attention over two sets of entries. */
export const JOIN = kernel('attention/join', joinCode, frame, pages, rows);

export interface Quantisation {
  bits: 8 | 4;
  /** Tokens (of keys) or channels (of values) that share a scale; a multiple of 8. */
  group: number;
}

/** Sizes of the buffers of quantised tokens: see `shaders/cache/quantise.wgsl`. */
export function blockSizes({ bits, group }: Quantisation, headDim: number) {
  const words = Math.ceil((headDim * bits) / 32);
  const channelGroups = Math.ceil(headDim / group);
  /** Bytes of one token of one head: codes, its scales, and its share of those of its group. */
  const tokenBytes = 2 * words * 4 + channelGroups * 8 + (2 * headDim * 4) / group;
  return { words, channelGroups, tokenBytes };
}

/**
 * The text's first tokens of every head as whole groups of quantised keys and values, outside the pages.
 * Scales and minima are f32, so that nothing but the codes is rounded.
 */
export class QuantisedBlocks {
  /** Tokens that are quantised. */
  tokens = 0;

  private constructor(
    private readonly bench: Bench,
    private readonly sizes: ReturnType<typeof blockSizes>,
    private readonly group: number,
    private readonly quantised: GPUBuffer,
    private readonly quantise: Step,
    private readonly attend: Step[],
    private readonly merge: Step[],
    private readonly join: Step,
  ) {}

  /** @param capacity tokens that it must have room for */
  static async create(
    bench: Bench,
    quantisation: Quantisation,
    capacity: number,
  ): Promise<QuantisedBlocks> {
    const { heads } = bench.cache;
    const { headDim } = bench.config;
    const { bits, group } = quantisation;
    const sizes = blockSizes(quantisation, headDim);
    const groups = Math.ceil(capacity / group);
    const tokens = groups * group;
    const constants = {
      BITS: bits,
      GROUP: group,
      TOKENS: tokens,
      WORDS: sizes.words,
      CHANNEL_GROUPS: sizes.channelGroups,
    };
    const [quantise, attend, join] = await Promise.all([
      bench.kernel(QUANTISE, constants),
      bench.kernel(ATTEND_QUANTISED, constants),
      bench.kernel(JOIN),
    ]);
    const blocks = {
      codes: bench.storage('codes', heads * tokens * 2 * sizes.words * 4),
      key_scales: bench.storage('scales of keys', heads * groups * 2 * headDim * 4),
      value_scales: bench.storage('scales of values', heads * tokens * sizes.channelGroups * 8),
    };
    const quantised = bench.uniform(QUANTISE, 'Quantised', { tokens: 0, count: 0 });
    const other = bench.attentionRows('attention over quantised groups');
    return new QuantisedBlocks(
      bench,
      sizes,
      group,
      quantised,
      bench.step(quantise, { ...blocks, quantised }),
      bench.layerSteps(attend, { ...blocks, quantised }),
      bench.layerSteps(bench.model.pipelines.merge, { attention: other }),
      bench.step(join, { other }),
    );
  }

  /** Records that the first `count` slots of every head, whole groups, are quantised behind the others. */
  take(recorder: Recorder, count: number): void {
    const { bench, sizes } = this;
    bench.write(this.quantised, 0, Uint32Array.of(this.tokens, count));
    this.tokens += count;
    const items = (count / this.group) * sizes.words + count * sizes.channelGroups;
    recorder.run(this.quantise, Math.ceil(items / 64), bench.cache.heads);
  }

  /** Records the newest query's attention over them, joined to its attention over the pages. */
  attendToken(recorder: Recorder, layer: number): void {
    if (this.tokens === 0) return;
    const { heads } = this.bench.config;
    if (layer === 0) this.bench.write(this.quantised, 0, Uint32Array.of(this.tokens));
    recorder.run(this.attend[layer], Math.ceil(this.tokens / DECODE_SPLIT), heads);
    recorder.run(this.merge[layer], heads);
    recorder.run(this.join, heads);
  }

  get bytes(): number {
    return this.bench.cache.heads * this.tokens * this.sizes.tokenBytes;
  }
}
