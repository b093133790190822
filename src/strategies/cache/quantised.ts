import { Compaction } from '../../engine/primitives/compaction';
import {
  blockSizes,
  type Quantisation,
  QuantisedBlocks,
} from '../../engine/primitives/quantised-blocks';
import { RangeDrop } from '../../engine/primitives/range-drop';
import type { Recorder } from '../../engine/recorder';
import { type CachePolicy, NO_WINDOW } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';

/**
 * KIVI flushes keys by blocks and values one by one; here keys and values of a group go together. The prompt
 * attends to exact entries: it is quantised when it is read, so that until then nothing is saved.
 */
export const quantised: Entry<CachePolicy, CacheCost> = {
  id: 'quantised',
  title: 'Quantised (KIVI style)',
  summary:
    'Once the prompt is read, every whole group of tokens before the newest ones is held in 8 or 4 bits: keys share a scale per channel, values per token. Nothing is forgotten, only blurred; a few channels of keys are much larger than the rest, and a scale of their own keeps them from drowning the others.',
  formula: 'x ≈ min + code · scale,  scale = (max − min)/(2ᵇ − 1),  code = round((x − min)/scale)',
  tryThis:
    'Compare 8 with 4 bits at the same answer: watch the bytes beside the pages. Long residuals cost memory and change little.',
  paper: {
    title: 'KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache',
    authors: 'Liu, Yuan, Jin, Zhong, Xu, Braverman, Chen, Hu',
    year: 2024,
    arxiv: '2402.02750',
  },
  traits: ['holds-beside'],
  presets: [
    { id: 'kivi-int8', title: 'KIVI, 8 bits', family: 'Quantised cache', values: { bits: '8' } },
    { id: 'kivi-int4', title: 'KIVI, 4 bits', family: 'Quantised cache' },
  ],
  parameters: [
    {
      kind: 'choice',
      name: 'bits',
      title: 'Bits',
      unit: 'bits',
      options: [
        { value: '8', title: '8' },
        { value: '4', title: '4' },
      ],
      default: '4',
      meaning: 'More bits blur less and take more memory.',
    },
    {
      kind: 'integer',
      name: 'group',
      title: 'Group',
      unit: 'tokens',
      min: 8,
      max: 256,
      step: 8,
      default: 32,
      meaning: 'Larger shares a scale among more numbers: less memory, more blur. A multiple of 8.',
    },
    tokenCount(
      'residual',
      'Exact entries',
      32,
      'How many of the newest entries stay exact at least.',
      0,
    ),
  ],
  cost(length, values, model) {
    const { headDim } = model ?? { headDim: 64 };
    const quantisation = quantisationOf(values);
    return {
      slotsHeld: length,
      coded: wholeGroups(length, values),
      codedBits: (blockSizes(quantisation, headDim).tokenBytes * 8) / (2 * headDim),
    };
  },
  build(values) {
    const { group } = quantisationOf(values);
    if (group % 8 !== 0) {
      throw new TroubleError(
        'bad-input',
        `Quantised: group must be a multiple of 8, found ${group}.`,
        `Use ${group - (group % 8)} or ${group + 8 - (group % 8)}.`,
      );
    }
    return {
      positions: 'original',
      windowOf: () => NO_WINDOW,
      async prepare(bench) {
        const { cache, length, capacity } = bench;
        const residual = numberValue(values, 'residual');
        const [blocks, compaction] = await Promise.all([
          QuantisedBlocks.create(bench, quantisationOf(values), wholeGroups(length, values)),
          Compaction.create(bench, {
            stride: Math.min(capacity, residual + group),
            scores: false,
          }),
        ]);
        const drop = await RangeDrop.create(bench, compaction, { drops: false });
        const record = (recorder: Recorder) => {
          const count = wholeGroups(cache.slots + recorder.tokens, values);
          if (count === 0) return;
          blocks.take(recorder, count);
          drop.record(recorder, () => [0, count]);
        };
        return {
          compress: record,
          afterTokens: record,
          slotsLeft: (held) => held.map((slots) => slots - wholeGroups(slots, values)),
          attendBeside: (recorder, layer) => blocks.attendToken(recorder, layer),
          beside: () => ({ entries: blocks.tokens, bytes: blocks.bytes }),
        };
      },
    };
  },
};

function quantisationOf(values: ParameterValues): Quantisation {
  return { bits: values.bits === '8' ? 8 : 4, group: numberValue(values, 'group') };
}

/** How many of the first of `slots` entries are quantised. */
function wholeGroups(slots: number, values: ParameterValues): number {
  const { group } = quantisationOf(values);
  return Math.max(0, Math.floor((slots - numberValue(values, 'residual')) / group)) * group;
}
