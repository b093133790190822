import type { Bench } from '../../engine/bench';
import { MAX_CHUNK, PAGE_SLOTS } from '../../engine/kernels';
import type { PrefillPattern } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, type ModelShape, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { allPairs } from './pair-bounds';
import { blockParameter } from './parameters';

interface Shards {
  block: number;
  local: number;
  stride: number;
  denseHeads: number;
}

/** S2-Attention's mask on a model that was not trained with it. */
export const stridedShards: Entry<PrefillPattern, PrefillCost> = {
  id: 'strided-shards',
  title: 'Strided shards',
  summary:
    'Each KV head sees the newest blocks and every n-th older one, shifted from head to head, so that together the heads see the whole text. What a head does not need it will never need again, but this model was not trained to divide its work like that.',
  formula:
    'blocks = {(a, b): b ≤ a and (a − b < local or (b + h · max(1, ⌊n / H⌋)) mod n = 0)} for KV head h of H',
  tryThis:
    'Move the needle by one block at a time: which heads can read it changes, and with it the answer.',
  paper: {
    title: 'S2-Attention: Hardware-Aware Context Sharding Among Attention Heads',
    authors: 'Lin, Zhang, Ge et al.',
    year: 2024,
    arxiv: '2407.17678',
  },
  traits: ['plans'],
  presets: [{ id: 's2-attention', title: 'S2-Attention', family: 'Sparse prefill' }],
  parameters: [
    blockParameter(16),
    {
      kind: 'integer',
      name: 'local',
      title: 'Local blocks',
      unit: 'blocks',
      min: 1,
      max: 8192,
      step: 1,
      default: 8,
      meaning: 'How many of the newest blocks a query sees, its own included.',
    },
    {
      kind: 'integer',
      name: 'stride',
      title: 'Stride',
      unit: 'blocks',
      min: 1,
      max: 256,
      step: 1,
      default: 8,
      meaning: 'Of the older blocks a head sees one in so many; 1 is dense.',
    },
    {
      kind: 'integer',
      name: 'denseHeads',
      title: 'Dense KV heads',
      unit: 'heads',
      min: 0,
      max: 256,
      step: 1,
      default: 0,
      meaning: 'How many KV heads of each layer, the last ones, see everything.',
    },
  ],
  cost: (length, values, model) => {
    const { block, local, stride, denseHeads } = shardsOf(values);
    const denseShare = denseHeads === 0 ? 0 : denseHeads / (model?.kvHeads ?? denseHeads);
    let sharded = 0;
    for (let first = 0; first < length; first += block) {
      const older = Math.max(0, first / block + 1 - local);
      const most = (local + Math.ceil(older / stride)) * block;
      for (let query = first; query < Math.min(first + block, length); query++) {
        sharded += Math.min(query + 1, most);
      }
    }
    return { attendedPairs: denseShare * allPairs(length) + (1 - denseShare) * sharded };
  },
  build: (values, model) => {
    const shards = shardsOf(values);
    if (shards.denseHeads > model.kvHeads) {
      throw new TroubleError(
        'bad-input',
        `Strided shards: denseHeads is ${shards.denseHeads}, this model has ${model.kvHeads} KV heads in a layer.`,
        `Use at most ${model.kvHeads}.`,
      );
    }
    return {
      parts: ['blocks'],
      prepare: async (bench) => ({
        beginChunk: (start, tokens) => writeShards(bench, shards, model, start, tokens),
      }),
    };
  },
};

function shardsOf(values: Record<string, number | string>): Shards {
  return {
    block: numberValue(values, 'block'),
    local: numberValue(values, 'local'),
    stride: numberValue(values, 'stride'),
    denseHeads: numberValue(values, 'denseHeads'),
  };
}

/** Writes the blocks of a chunk into the plan, for all heads. */
function writeShards(
  bench: Bench,
  shards: Shards,
  { heads, kvHeads }: ModelShape,
  start: number,
  tokens: number,
): void {
  const { blockWords, blocks } = bench.plan;
  const headWords = (MAX_CHUNK / PAGE_SLOTS) * blockWords;
  const words = new Uint32Array(heads * headWords);
  for (let head = 0; head < heads; head++) {
    const kvHead = Math.floor((head * kvHeads) / heads);
    for (let query = 0; query < tokens; query += PAGE_SLOTS) {
      const row = head * headWords + (query / PAGE_SLOTS) * blockWords;
      for (let key = 0; key <= start + query; key += PAGE_SLOTS) {
        const bit = key / PAGE_SLOTS;
        if (sees(shards, kvHeads, kvHead, start + query, key))
          words[row + (bit >> 5)] |= 1 << (bit & 31);
      }
    }
  }
  bench.write(bench.named.plan, blocks, words);
}

function sees(
  { block, local, stride, denseHeads }: Shards,
  kvHeads: number,
  kvHead: number,
  query: number,
  key: number,
): boolean {
  if (kvHead >= kvHeads - denseHeads) return true;
  const step = Math.max(1, Math.floor(stride / kvHeads));
  const keyBlock = Math.floor(key / block);
  const distance = Math.floor(query / block) - keyBlock;
  return distance < local || (keyBlock + kvHead * step) % stride === 0;
}
