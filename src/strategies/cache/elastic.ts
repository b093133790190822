import mergeCode from '../../../shaders/cache/merge-anchors.wgsl?raw';
import { kernel, SHARED } from '../../engine/kernels';
import { Eviction } from '../../engine/primitives/eviction';
import { RangeDrop } from '../../engine/primitives/range-drop';
import { WeightSums } from '../../engine/primitives/weight-sums';
import type { Recorder } from '../../engine/recorder';
import { type CachePolicy, compressionPoint, NO_WINDOW } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { PROTOCOL, protocolOf } from './parameters';

const MERGE = kernel('cache/merge-anchors', mergeCode, SHARED.frame, SHARED.pages);

/** Keys are averaged as they are cached, rotated by their positions, as in the authors' code. */
export const elastic: Entry<CachePolicy, CacheCost> = {
  id: 'elastic',
  title: 'Elastic Cache (anchor merge)',
  summary:
    'At the end of reading, the entries that got the most attention become anchors, and every other entry is averaged into the anchor nearest to it instead of being dropped; after that one entry at a fixed place leaves for every new token. What is merged still pulls a little, but rotated keys of different places blur each other.',
  formula:
    'anchors = sinks ∪ newest ∪ top by Σ_q mean over heads of A[q, j];  k_a ← mean of its bucket, v_a likewise;  then delete slot d per token',
  leaving:
    'With a score: it was averaged into the nearest anchor when reading ended. Without: it stood at the deletion point when a token came.',
  scoreMeaning:
    'attention weight it got while the prompt was read, mean over the layer’s query heads, summed over queries',
  tryThis:
    'Ask for a needle that stands beside an anchor, and compare with H2O at the same budget: merged entries are neither kept nor quite gone.',
  paper: {
    title: 'Efficient Inference of Vision Instruction-Following Models with Elastic Cache',
    authors: 'Liu, Liu, Wang, Dong, Chen, Rao, Zhou, Lu',
    year: 2024,
    arxiv: '2407.18121',
  },
  traits: ['watches-weights', 'evicts-each-token'],
  presets: [{ id: 'elastic-cache', title: 'Elastic Cache', family: 'Cache eviction' }],
  parameters: [
    tokenCount('budget', 'Budget', 128, 'How many entries a head holds.'),
    tokenCount('sinks', 'Sinks', 4, 'How many first entries are anchors whatever they got.', 0),
    tokenCount('recent', 'Recent entries', 16, 'How many of the newest are anchors too.'),
    {
      kind: 'integer',
      name: 'distance',
      title: 'Deletion point',
      unit: 'tokens',
      min: -131072,
      max: 131072,
      step: 1,
      default: -25,
      meaning: 'Larger deletes newer entries; below 0 it counts back from the budget.',
    },
    PROTOCOL,
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, numberValue(values, 'budget')) }),
  build(values) {
    const budget = numberValue(values, 'budget');
    const sinks = numberValue(values, 'sinks');
    const recent = numberValue(values, 'recent');
    const distance = numberValue(values, 'distance');
    const deleteAt = distance < 0 ? budget + distance : distance;
    if (sinks + recent > budget) {
      throw new TroubleError(
        'bad-input',
        `Elastic Cache cannot keep ${sinks} first and ${recent} newest entries in a budget of ${budget}.`,
        'Make the budget larger, or keep fewer.',
      );
    }
    if (deleteAt < sinks || deleteAt >= budget) {
      throw new TroubleError(
        'bad-input',
        `Elastic Cache: a distance of ${distance} deletes slot ${deleteAt} of ${budget}, of which the first ${sinks} must stay.`,
        `Use a distance from ${sinks} to ${budget - 1}, or from ${sinks - budget} to -1.`,
      );
    }
    return {
      positions: 'original',
      windowOf: () => NO_WINDOW,
      compressAfter: protocolOf(values),
      async prepare(bench) {
        const [sums, eviction, pipeline] = await Promise.all([
          WeightSums.create(bench, { reduce: 'mean', decay: 1 }),
          Eviction.create(bench, {
            budgets: new Uint32Array(bench.cache.heads).fill(budget),
            sinks,
            recent,
            layerShared: true,
          }),
          bench.kernel(MERGE, { LIST_STRIDE: Math.min(budget, bench.capacity) }),
        ]);
        const { compaction } = eviction;
        const drop = await RangeDrop.create(bench, compaction, { drops: true });
        const merge = bench.step(pipeline, { lists: compaction.lists });
        const end = compressionPoint(bench.strategy.cache, bench.parts);
        const vectors = compaction.stride * bench.model.sizes.lanes;
        return {
          observe(recorder, layer) {
            if (recorder.position >= end) return;
            sums.record(recorder, layer, 0, recorder.tokens);
          },
          compress(recorder) {
            if (!eviction.isDue(recorder)) return;
            eviction.choose(recorder);
            recorder.run(merge, Math.ceil(vectors / 64), bench.cache.heads);
            eviction.drop(recorder);
          },
          afterTokens(recorder: Recorder) {
            const excess = bench.cache.slots + recorder.tokens - budget;
            if (excess > 0) drop.record(recorder, () => [deleteAt, deleteAt + excess]);
          },
          slotsLeft: (held) => eviction.left(held),
        };
      },
    };
  },
};
