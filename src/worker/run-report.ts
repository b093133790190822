import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import type { ModelConfig } from '../model/config';
import { massRecall } from '../probes/mass-recall';
import { decodeReads, prefillMask } from '../probes/record-reader';
import type { Accounting, Dump, DumpPart, MassRecall } from './protocol';

/** What the kernels counted so far. */
export async function accountOf(model: GpuModel, run: Run): Promise<Accounting> {
  const { layers, heads, headDim } = model.config;
  const counts = await run.counts();
  let pairs = 0;
  let entries = 0;
  for (let i = 0; i < counts.length; i += 2) {
    pairs += counts[i];
    entries += counts[i + 1];
  }
  const read = Math.min(run.processed, run.prompt.length);
  const causalPairs = layers * heads * ((read * (read + 1)) / 2);
  const steps = run.processed - read;
  const valueBytes = model.precision === 'f16' ? 2 : 4;
  return {
    pairs,
    causalPairs,
    density: causalPairs === 0 ? 1 : pairs / causalPairs,
    steps,
    entriesPerStep: steps === 0 ? 0 : entries / (steps * layers * heads),
    bytesPerStep: steps === 0 ? 0 : (entries / steps) * 2 * headDim * valueBytes,
    traffic: structuredClone(run.traffic),
    bytesLookedUp: run.bytesLookedUp,
  };
}

/** How much of dense attention's weight the run's pairs hold. */
export async function recallOf(model: GpuModel, run: Run): Promise<MassRecall> {
  const { prompt, decode } = await massRecall(model, run);
  const { layers, heads } = model.config;
  const grid = (values: Float32Array) => inRows(Array.from(values), layers, heads);
  const mean = (values: Float32Array) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    prompt: grid(prompt),
    decode: grid(decode),
    promptMean: mean(prompt),
    decodeMean: run.processed > run.prompt.length ? mean(decode) : null,
  };
}

/** Lists what a person needs to check a strategy by hand. */
export async function dumpOf(
  model: GpuModel,
  run: Run,
  parts: DumpPart[],
  keptAfterPrompt: number[][][],
): Promise<Dump> {
  if (parts.length === 0) return {};
  const { context, documents } = run.prompt;
  const dump: Dump = { prompt: { ids: Array.from(run.options.ids), context, documents } };
  if (parts.includes('kept')) {
    const atEnd = byLayer(await run.cache.keptPositions(), model.config);
    dump.kept = { afterPrompt: keptAfterPrompt, atEnd };
  }
  if (parts.includes('mask')) {
    dump.mask = await forHeads(model, (layer, head) => prefillMask(model, run, layer, head));
  }
  if (parts.includes('selected')) {
    dump.selected = await forHeads(model, async (layer, head) =>
      (await decodeReads(model, run, layer, head)).map((positions) => Array.from(positions)),
    );
  }
  return dump;
}

/** Lists per layer and KV head, one after the other, as [layer][KV head]. */
export function byLayer(lists: Uint32Array[], { layers, kvHeads }: ModelConfig): number[][][] {
  return inRows(
    lists.map((list) => Array.from(list)),
    layers,
    kvHeads,
  );
}

async function forHeads<T>(
  { config }: GpuModel,
  read: (layer: number, head: number) => Promise<T>,
): Promise<T[][]> {
  const all: T[][] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    all.push([]);
    for (let head = 0; head < config.heads; head++) all[layer].push(await read(layer, head));
  }
  return all;
}

function inRows<T>(cells: T[], rows: number, columns: number): T[][] {
  return Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns));
}
