import type { GpuModel } from '../engine/gpu-model';
import type { InspectionStore } from '../engine/inspection';
import type { Run } from '../engine/run';
import { readBack } from '../gpu/read-back';
import { attentionTile } from './attention-tile';
import { inLayers, measuredRun, readPrompt, type Watch } from './measurement';
import { bestPattern, PATTERN_BLOCK, type SearchedPattern } from './pattern-search';

/** A head takes about as long as this many tokens of reading. */
const HEAD_STEPS = 64;

/**
 * Chooses for each query head the sparse pattern that keeps most of its weight on a text, over the rows of its
 * second half (MInference, arXiv 2407.02490).
 * @returns [layers][heads], sizes for a text of this length; null when stopped
 */
export async function prefillPatterns(
  model: GpuModel,
  ids: number[],
  watch: Watch,
): Promise<SearchedPattern[][] | null> {
  const { layers, heads } = model.config;
  const total = ids.length + layers * heads * HEAD_STEPS;
  watch.report(0, total);
  const run = await measuredRun(model, { ids, inspect: true });
  try {
    const report = (tokens: number) => watch.report(tokens, total);
    if (!(await readPrompt(run, watch.stopped, report))) return null;
    const patterns: SearchedPattern[] = [];
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        if (watch.stopped()) return null;
        patterns.push(await patternOf(model, run, layer, head));
        watch.report(ids.length + patterns.length * HEAD_STEPS, total);
      }
    }
    return inLayers(patterns, layers);
  } finally {
    run.destroy();
  }
}

async function patternOf(
  model: GpuModel,
  run: Run,
  layer: number,
  head: number,
): Promise<SearchedPattern> {
  const { heads, kvHeads, headDim } = model.config;
  const { inspection } = run;
  if (!inspection) throw new Error('The run kept no queries and keys.');
  const tokens = run.processed;
  const first = Math.floor(tokens / 2 / PATTERN_BLOCK) * PATTERN_BLOCK;
  const kvHead = Math.floor((head * kvHeads) / heads);
  const vectors = (buffer: GPUBuffer, index: number, store: InspectionStore) =>
    readBack(model.device, buffer, tokens * headDim * 4, index * store.capacity * headDim * 4).then(
      (bytes) => new Float32Array(bytes),
    );
  const { weights } = await attentionTile(model, run, {
    layer,
    head,
    queries: [first, tokens],
    keys: [0, tokens],
    rows: tokens - first,
    columns: tokens,
    pooling: 'max',
  });
  const queries = await vectors(inspection.q, layer * heads + head, inspection);
  const keys = await vectors(inspection.k, layer * kvHeads + kvHead, inspection);
  return bestPattern({ tokens, headDim, first, weights, queries, keys });
}
