import chunkScoresCode from '../../../shaders/select/chunk-scores.wgsl?raw';
import representChunksCode from '../../../shaders/select/represent-chunks.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import { kernel, SHARED } from '../../engine/kernels';
import { KeptQueries } from '../../engine/primitives/kept-queries';
import { selectList } from '../../engine/primitives/list-work';
import type { DecodeSelection } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { DecodeCost } from './all';
import { pageSize } from './parameters';

const { frame, pages, reduce, rope } = SHARED;

export const REPRESENT_CHUNKS = kernel(
  'select/represent-chunks',
  representChunksCode,
  frame,
  rope,
  pages,
  reduce,
);
export const CHUNK_SCORES = kernel('select/chunk-scores', chunkScoresCode, frame, pages, forced);

/** Chunks that are always read: the first and the last full one of the prompt. A third pays for the tail. */
const LEAST_CHUNKS = 3;

/** The prompt itself is read densely; the paper selects there too. */
export const longHeads: Entry<DecodeSelection, DecodeCost> = {
  id: 'long-heads',
  title: 'LongHeads (chunks per head)',
  summary:
    'Each head reads the chunks of the prompt whose representative key fits its query best, with positions counted among what it reads. Heads look at different places, so together they cover a text longer than the model was trained for.',
  formula:
    'c(chunk) = attention of its mean output over its own keys;  read = first ∪ top by q·c ∪ last chunk ∪ tail',
  tryThis:
    'Compare what the heads of a layer read: their chunks differ. Then lower the budget until none reads the needle’s chunk.',
  paper: {
    title: 'LongHeads: Multi-Head Attention is Secretly a Long Context Processor',
    authors: 'Lu, Zhou, He, Zhao, Ji, Gui, Zhang, Huang',
    year: 2024,
    arxiv: '2402.10685',
  },
  traits: ['selects', 'remembers-slots', 'reindexes'],
  presets: [{ id: 'long-heads', title: 'LongHeads', family: 'Selective decode' }],
  parameters: [
    pageSize('chunk', 'Chunk', 32),
    tokenCount(
      'budget',
      'Budget',
      256,
      'How many tokens a head reads in a step, at least 3 chunks; what fits is read in full.',
    ),
  ],
  conflicts: ({ cache }) =>
    cache.id === 'keep-all'
      ? null
      : 'Chunks are pieces of the text as it stands, so every head must have kept all of it.',
  cost: (length, values) => ({ slotsRead: Math.min(length, numberValue(values, 'budget')) }),
  build(values) {
    const chunk = numberValue(values, 'chunk');
    const budget = numberValue(values, 'budget');
    if (budget < LEAST_CHUNKS * chunk) {
      throw new TroubleError(
        'bad-input',
        `LongHeads: a budget of ${budget} tokens does not pay for three chunks of ${chunk}.`,
        'The first chunk, the last one and the newest tokens are always read. Raise the budget, or use smaller chunks.',
      );
    }
    return {
      positions: 'reindexed',
      async prepare(bench) {
        const { heads, kvHeads, layers, headDim } = bench.config;
        const { capacity } = bench;
        const chunks = Math.floor(bench.parts.length / chunk);
        const affordable = Math.floor(budget / chunk);
        const tail = Math.ceil((capacity - chunks * chunk) / chunk);
        const stride = Math.max(affordable, Math.min(chunks, 2) + tail);
        const valueStride = Math.ceil(capacity / chunk);
        const values = bench.storage('scores of chunks', heads * valueStride * 4);
        const sizes = bench.storage('sizes of chunk rows', heads * 8);
        const constants = { CHUNK: chunk, CHUNKS: chunks, VALUE_STRIDE: valueStride };
        const representatives = Array.from({ length: layers }, () =>
          bench.storage('representatives of chunks', kvHeads * chunks * headDim * 4),
        );
        const [kept, represent, scores, list] = await Promise.all([
          KeptQueries.create(bench, chunk),
          bench.kernel(REPRESENT_CHUNKS, constants),
          bench.kernel(CHUNK_SCORES, { ...constants, BUDGET: affordable }),
          bench.readList('chunks to read', stride, 1, chunk),
        ]);
        const rows = { values, stride: valueStride, sizes };
        const choose = await selectList(bench, 'count', rows, list);
        const representSteps = bench.layerSteps(represent, (layer) => ({
          kept: kept.buffers[layer],
          representatives: representatives[layer],
        }));
        const scoreSteps = bench.layerSteps(scores, (layer) => ({
          representatives: representatives[layer],
          values,
          sizes,
        }));
        return {
          observePrompt(recorder, layer) {
            // Before the new queries take the places of older ones, which a chunk may still need.
            recorder.run(representSteps[layer], Math.ceil(recorder.tokens / chunk), kvHeads);
            kept.record(recorder, layer);
          },
          select(recorder, layer) {
            const slots = bench.cache.slots + recorder.tokens;
            if (slots <= budget) return null;
            recorder.run(scoreSteps[layer], Math.ceil(Math.ceil(slots / chunk) / 64), heads);
            recorder.run(choose, heads);
            return list;
          },
        };
      },
    };
  },
};
