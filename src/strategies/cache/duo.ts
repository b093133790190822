import { type CachePolicy, NO_WINDOW } from '../../engine/strategy';
import type { Calibration } from '../calibration';
import { type Entry, numberValue } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';

export const duo: Entry<CachePolicy, CacheCost> = {
  id: 'duo',
  title: 'DuoAttention (head classes)',
  summary:
    'KV heads whose output needs the whole text keep everything; the others, by their measured gates, keep only sinks and the newest entries. Retrieval is the work of few heads, so most of the memory can go without it.',
  formula:
    'gate(l, g) in the lowest share:  kept(t) = {0, …, s − 1} ∪ {t − w + 1, …, t};  else all',
  leaving:
    'In a KV head that streams, an entry that is no sink leaves when it falls out of the window of the newest.',
  tryThis:
    'Compare with StreamingLLM at the same window: with half of the heads streaming the needle is still found. Then raise the share until it is lost.',
  paper: {
    title: 'DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming Heads',
    authors: 'Xiao, Tang, Zuo, Guo, Yang, Tang, Fu, Han',
    year: 2024,
    arxiv: '2410.10819',
  },
  traits: ['streams-heads'],
  presets: [{ id: 'duo-attention', title: 'DuoAttention', family: 'Head classes' }],
  calibration: 'streaming-gates',
  parameters: [
    {
      kind: 'number',
      name: 'sparsity',
      title: 'Streaming heads',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.5,
      meaning: 'Larger lets more of all KV heads stream: those with the lowest gates.',
    },
    tokenCount('sinks', 'Sinks', 4, 'How many first tokens a streaming head keeps.', 0),
    tokenCount(
      'recent',
      'Recent entries',
      124,
      'How many of the newest tokens a streaming head keeps, the current one included.',
    ),
  ],
  cost(length, values) {
    const sparsity = numberValue(values, 'sparsity');
    const window = numberValue(values, 'sinks') + numberValue(values, 'recent');
    return { slotsHeld: sparsity * Math.min(length, window) + (1 - sparsity) * length };
  },
  build(values, { kvHeads }, calibration) {
    const streaming = streamingHeads(calibration, numberValue(values, 'sparsity'));
    const window = { sinks: numberValue(values, 'sinks'), recent: numberValue(values, 'recent') };
    return {
      positions: 'original',
      windowOf: (layer, kvHead) => (streaming.has(layer * kvHeads + kvHead) ? window : NO_WINDOW),
    };
  },
};

/** The share of all KV heads with the lowest gates, rounded up; among equal gates the earlier heads. */
function streamingHeads(calibration: Calibration | null, share: number): Set<number> {
  const gates = calibration?.streamingGates?.flat() ?? [];
  const heads = gates.map((_, head) => head).sort((a, b) => gates[a] - gates[b]);
  // A share like 0.55 of 100 comes out just above the whole number that it means.
  return new Set(heads.slice(0, Math.ceil(share * heads.length - 1e-9)));
}
