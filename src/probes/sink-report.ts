import columnMeansCode from '../../shaders/probe/column-means.wgsl?raw';
import hiddenSinksCode from '../../shaders/probe/hidden-sinks.wgsl?raw';
import type { GpuModel } from '../engine/gpu-model';
import { kernel } from '../engine/kernels';
import type { Run } from '../engine/run';
import { readBack, readWords } from '../gpu/read-back';
import { headsAt } from './heads-at';
import { ProbeWork } from './probe-work';
import { affordableRows, MOST_WEIGHTS, ROW_VALUES, rowWalk } from './row-walk';
import { missingAsNaN } from './series';

const COLUMN_MEANS = kernel('probe/column-means', columnMeansCode);
const HIDDEN_SINKS = kernel('probe/hidden-sinks', hiddenSinksCode);

/** Mean weight that makes a hidden sink (ACT). */
const HIDDEN_THRESHOLD = 0.1;
const MOST_HIDDEN = 200;
/** Mean weight that makes a sink (Gu et al.). */
const SINK_THRESHOLD = 0.3;
/** A position that fewer rows saw is not taken for the first sink. */
const LEAST_ROWS = 10;
/** Workgroups that share the rows of a layer, so that a graphics card is busy. */
const WORKGROUPS = 96;

/** A key position, other than its head's first, whose mean weight is above the threshold. */
export interface HiddenSink {
  layer: number;
  head: number;
  position: number;
  /** Mean weight over the rows that saw the key. */
  mean: number;
  /** Those among the sampled rows. A mean over few of them, as at the end of the text, says little. */
  rows: number;
}

/** Where attention gathers, over all tokens processed so far. */
export interface SinkReport {
  layers: number;
  positions: number;
  /** Rows that the means were computed from: all, or evenly spaced ones of a long text. */
  sampledRows: number;
  /**
   * [layers * positions]: mean weight that a key gets from the rows that saw it, mean over the heads (α of Gu et
   * al., arXiv 2410.10781); NaN where no row saw it.
   */
  mass: Float32Array;
  /** Mean weight above which a key is a hidden sink (ACT, arXiv 2406.15765). */
  threshold: number;
  /** Hidden sinks, at most 200: those first that got the largest sum of weights. */
  hidden: HiddenSink[];
  /** How many there are in all. */
  hiddenCount: number;
  /**
   * The position with the largest mass, mean over the layers from 1 on, among those that at least ten rows
   * could see; and the share of all heads that give it more than 0.3 on average.
   */
  firstSink: { position: number; share: number };
}

/** @throws TroubleError `bad-input` for a run that was not inspected, or was replaced meanwhile. */
export async function sinkReport(
  model: GpuModel,
  run: Run,
  mostWeights = MOST_WEIGHTS,
): Promise<SinkReport> {
  const { layers, heads } = model.config;
  const positions = run.processed;
  const span = { first: 0, count: positions };
  const sampledRows = affordableRows(heads, span, mostWeights);
  const work = new ProbeWork(model, run, 'Sinks');
  try {
    const at = heads * sampledRows * ROW_VALUES;
    const parts = Math.max(1, Math.min(sampledRows, Math.floor(WORKGROUPS / heads)));
    const columnWords = parts * heads * positions * 2;
    const found = work.buffers.storage('columns', (at + columnWords) * 4);
    const mass = work.buffers.storage('mass', layers * positions * 4);
    const walkLayer = await rowWalk(work, span, sampledRows, found, {
      at,
      parts,
      tokens: positions,
    });
    const columns = work.uniform(COLUMN_MEANS, 'Columns');
    const means = await work.step(COLUMN_MEANS, { at: columns.buffer, found, mass });
    const search = await hiddenSearch(work, positions, at, found);
    const all: HiddenSink[] = [];
    for (let layer = 0; layer < layers; layer++) {
      await work.clear(found);
      await walkLayer(layer, 0);
      columns.set({ layer, tokens: positions, parts, columns: at });
      await work.submit(means, Math.ceil(positions / 64));
      all.push(...(await search(layer)));
    }
    const strength = ({ mean, rows }: HiddenSink) => mean * rows;
    all.sort((a, b) => strength(b) - strength(a) || a.position - b.position);
    const masses = missingAsNaN(await work.floats(mass, layers * positions));
    return {
      layers,
      positions,
      sampledRows,
      mass: masses,
      threshold: HIDDEN_THRESHOLD,
      hidden: all.slice(0, MOST_HIDDEN),
      hiddenCount: all.length,
      firstSink: await firstSink(model, run, masses, positions),
    };
  } finally {
    work.destroy();
  }
}

/** Finds the hidden sinks of a layer whose column means are in place. */
async function hiddenSearch(
  work: ProbeWork,
  tokens: number,
  columns: number,
  means: GPUBuffer,
): Promise<(layer: number) => Promise<HiddenSink[]>> {
  const { model } = work;
  const { heads } = model.config;
  const most = heads * tokens;
  const list = work.buffers.storage('hidden sinks', (1 + 4 * most) * 4);
  const search = work.uniform(HIDDEN_SINKS, 'Search');
  search.set({ tokens, columns, threshold: HIDDEN_THRESHOLD });
  const step = await work.step(HIDDEN_SINKS, { search: search.buffer, found: means, list });
  return async (layer) => {
    await work.clear(list);
    await work.submit(step, heads);
    const [found] = await readWords(model.device, list, [0]);
    const count = Math.min(found, most);
    if (count === 0) return [];
    const words = await readBack(model.device, list, count * 16, 4);
    const numbers = new Uint32Array(words);
    const floats = new Float32Array(words);
    return Array.from({ length: count }, (_, i) => ({
      layer,
      head: numbers[4 * i],
      position: numbers[4 * i + 1],
      mean: floats[4 * i + 2],
      rows: numbers[4 * i + 3],
    }));
  };
}

async function firstSink(
  model: GpuModel,
  run: Run,
  mass: Float32Array,
  positions: number,
): Promise<SinkReport['firstSink']> {
  const { layers } = model.config;
  const from = layers > 1 ? 1 : 0;
  const candidates = Math.max(1, positions - LEAST_ROWS + 1);
  let position = 0;
  let largest = -1;
  for (let candidate = 0; candidate < candidates; candidate++) {
    let sum = 0;
    for (let layer = from; layer < layers; layer++) sum += mass[layer * positions + candidate];
    if (sum > largest) [position, largest] = [candidate, sum];
  }
  const { weights } = await headsAt(model, run, { key: position, queries: [0, positions] });
  const share = weights.filter((mean) => mean > SINK_THRESHOLD).length / weights.length;
  return { position, share };
}
