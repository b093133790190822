import compensateCode from '../../../shaders/cache/compensate.wgsl?raw';
import type { Bench } from '../../engine/bench';
import { kernel, SHARED } from '../../engine/kernels';
import { Compaction } from '../../engine/primitives/compaction';
import { RangeDrop } from '../../engine/primitives/range-drop';
import type { Recorder } from '../../engine/recorder';
import { type CachePolicy, type CacheWork, NO_WINDOW } from '../../engine/strategy';
import type { Calibration } from '../calibration';
import { type Entry, type ModelShape, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';
import { PROTOCOL, protocolOf } from './parameters';

const COMPENSATE = kernel('cache/compensate', compensateCode, SHARED.frame, SHARED.pages);

/**
 * The paper keeps max(S₀, N/C) newest entries; here their number is a parameter. All KV heads that drop
 * entries drop the same, so one count serves them all.
 */
export const razor: Entry<CachePolicy, CacheCost> = {
  id: 'razor',
  title: 'RazorAttention (compensation)',
  summary:
    'Retrieval heads, found by how they attend to repeated random text, keep everything; the others keep sinks, the newest entries, and one entry that stands for all that was dropped. The stand-in takes the weight that the dropped entries would have got, so the rest is not overrated.',
  formula:
    'k̂ = mean of N dropped keys, v̂ = mean of their values, score + ln N;  kept = sinks ∪ {k̂} ∪ newest',
  leaving:
    'In a KV head that does not retrieve, all entries between sinks and newest are folded into one, which stands at the place of the last of them.',
  tryThis:
    'Set both shares to 0, so that no head retrieves: the needle is lost, though the text stays fluent. A few per cent bring it back.',
  paper: {
    title: 'RazorAttention: Efficient KV Cache Compression Through Retrieval Heads',
    authors: 'Tang, Lin, Lin, Han, Hong, Yao, Wang',
    year: 2024,
    arxiv: '2407.15891',
  },
  traits: ['evicts-each-token'],
  presets: [{ id: 'razor-attention', title: 'RazorAttention', family: 'Head classes' }],
  calibration: 'head-classes',
  parameters: [
    {
      kind: 'number',
      name: 'echo',
      title: 'Echo heads',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.05,
      meaning:
        'Larger counts more query heads that look back at the same token as retrieval heads.',
    },
    {
      kind: 'number',
      name: 'induction',
      title: 'Induction heads',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.14,
      meaning: 'Larger counts more query heads that look at what followed the same token.',
    },
    tokenCount('sinks', 'Sinks', 4, 'How many first tokens every head keeps.', 0),
    tokenCount('local', 'Recent entries', 120, 'How many of the newest entries every head keeps.'),
    PROTOCOL,
  ],
  cost(length, values, model) {
    // Every retrieval head may belong to another KV head.
    const { layers, heads, kvHeads } = model ?? { layers: 1000, heads: 2, kvHeads: 1 };
    const share = Math.min(1, retrievalCount(values, layers * heads) / (layers * kvHeads));
    return { slotsHeld: share * length + (1 - share) * Math.min(length, slotsOf(values)) };
  },
  build(values, model, calibration) {
    const folding = foldingHeads(values, model, calibration);
    return {
      positions: 'original',
      windowOf: () => NO_WINDOW,
      compressAfter: protocolOf(values),
      prepare: (bench) => prepare(bench, folding, values),
    };
  },
};

/** Entries that a head keeps which is no retrieval head. */
function slotsOf(values: ParameterValues): number {
  return numberValue(values, 'sinks') + 1 + numberValue(values, 'local');
}

/** How many of `heads` query heads count as retrieval heads, at most. */
function retrievalCount(values: ParameterValues, heads: number): number {
  return (
    shareOf(numberValue(values, 'echo'), heads) + shareOf(numberValue(values, 'induction'), heads)
  );
}

function shareOf(share: number, heads: number): number {
  // A share like 0.55 of 100 comes out just above the whole number that it means.
  return Math.ceil(share * heads - 1e-9);
}

/** 1 for each KV head, [layers * kvHeads], none of whose query heads is a retrieval head. */
function foldingHeads(
  values: ParameterValues,
  { layers, heads, kvHeads }: ModelShape,
  calibration: Calibration | null,
): Uint32Array<ArrayBuffer> {
  const folding = new Uint32Array(layers * kvHeads).fill(1);
  for (const kind of ['echo', 'induction'] as const) {
    const scores = calibration?.headClasses?.[kind].flat() ?? [];
    const ranked = scores.map((_, head) => head).sort((a, b) => scores[b] - scores[a]);
    const retrieval = ranked.slice(0, shareOf(numberValue(values, kind), scores.length));
    for (const head of retrieval) folding[Math.floor(head / (heads / kvHeads))] = 0;
  }
  return folding;
}

async function prepare(
  bench: Bench,
  folding: Uint32Array<ArrayBuffer>,
  values: ParameterValues,
): Promise<CacheWork> {
  const { cache, config } = bench;
  const sinks = numberValue(values, 'sinks');
  const local = numberValue(values, 'local');
  const slots = slotsOf(values);
  const anyHead = folding.indexOf(1);
  const [compensate, compaction] = await Promise.all([
    bench.kernel(COMPENSATE),
    Compaction.create(bench, { stride: bench.capacity, scores: false }),
  ]);
  const drop = await RangeDrop.create(bench, compaction, { drops: true });
  const sums = bench.storage('sums of folded entries', folding.length * 2 * config.headDim * 4);
  const fold = bench.uniform(COMPENSATE, 'Fold', { first: 0, end: 0, total: 0 });
  const step = bench.step(compensate, {
    fold,
    folding: bench.stored('folding heads', folding),
    sums,
  });
  let total = 0;

  function record(recorder: Recorder): void {
    if (anyHead < 0) return;
    // A compensation entry stands right after the sinks, and is in the sums already.
    const first = total > 0 ? sinks + 1 : sinks;
    const end = cache.filled[anyHead] + recorder.tokens - local;
    if (end <= first) return;
    total += end - first;
    bench.write(fold, 0, Uint32Array.of(first, end, total));
    recorder.run(step, folding.length);
    drop.record(recorder, (head) => (folding[head] === 1 ? [sinks, end - 1] : [0, 0]));
  }

  return {
    compress: record,
    afterTokens: record,
    slotsLeft: (held) =>
      held.map((count, head) => (folding[head] === 1 ? Math.min(count, slots) : count)),
    beside: () => ({ entries: 0, bytes: sums.size }),
  };
}
