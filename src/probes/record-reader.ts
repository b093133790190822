/**
 * What a run computed and read, decoded on the host from the records of its inspection store: lists that a
 * person can check by hand. The layout of a plan is that of `shaders/shared/plan.wgsl`.
 */
import type { PlanLayout } from '../engine/bench';
import type { GpuModel } from '../engine/gpu-model';
import { MAX_CHUNK, PAGE_SLOTS } from '../engine/kernels';
import type { Run } from '../engine/run';
import type { PlanPart } from '../engine/strategy';
import { readBack, readParts } from '../gpu/read-back';
import { inspectionOf } from './run-probe';

/** Positions [from, to) of keys. */
export type KeyRange = [from: number, to: number];

/**
 * The keys that each token of the prompt was compared with in one head.
 * @returns for each row of the prompt that was read, ranges in ascending order
 * @throws TroubleError `bad-input` for a run that was not inspected.
 */
export async function prefillMask(
  model: GpuModel,
  run: Run,
  layer: number,
  head: number,
): Promise<KeyRange[][]> {
  const { plannedTo, planChunk } = inspectionOf(run);
  const rows = Math.min(run.processed, run.prompt.length);
  const evictedAt = await readEvictedAt(model, run, layer, head);
  const mask: KeyRange[][] = [];
  const seen = new Uint8Array(rows);
  let plan: HeadPlan | null = null;
  for (let query = 0; query < rows; query++) {
    if (query >= plannedTo) {
      seen.fill(1, 0, query + 1);
    } else {
      const row = query % planChunk;
      if (row === 0 || !plan) plan = await readPlan(model, run, layer, head, query / planChunk);
      seen.fill(0, 0, query + 1);
      mark(seen, plan, row, query);
    }
    mask.push(rangesOf(seen, query, evictedAt));
  }
  return mask;
}

/**
 * What each decode step read in one head.
 * @returns for each step, positions in ascending order
 * @throws TroubleError `bad-input` for a run that was not inspected.
 */
export async function decodeReads(
  model: GpuModel,
  run: Run,
  layer: number,
  head: number,
): Promise<Uint32Array[]> {
  const { records, readsAt } = inspectionOf(run);
  const { device, config } = model;
  const { words } = run.forward.bench.plan;
  const steps = Math.max(0, run.processed - run.prompt.length);
  if (steps === 0) return [];
  const evictedAt = await readEvictedAt(model, run, layer, head);
  let lists = new Uint32Array(steps * (1 + words));
  if (readsAt > 0) {
    const parts = Array.from({ length: steps }, (_, step) => ({
      offset: 4 * (readsAt + ((step * config.layers + layer) * config.heads + head) * (1 + words)),
      bytes: 4 * (1 + words),
    }));
    lists = new Uint32Array(await readParts(device, records, parts));
  }
  return Array.from({ length: steps }, (_, step) => {
    const list = lists.subarray(step * (1 + words), (step + 1) * (1 + words));
    if (list[0] === 1) return Uint32Array.from(bitsOf(list.subarray(1)));
    const query = run.prompt.length + step;
    const positions = Uint32Array.from({ length: query + 1 }, (_, position) => position);
    return positions.filter((position) => evictedAt[position] > query);
  });
}

/** The plan of a chunk as far as it concerns one head. Parts that are not in use are empty. */
interface HeadPlan {
  /** Row r sees keys below rows[2r] and from rows[2r + 1] on. */
  rows: Uint32Array;
  columns: number[];
  diagonals: number[];
  /** By 16 rows: which 16 keys. */
  blocks: number[][];
}

async function readPlan(
  { device, config: { layers } }: GpuModel,
  run: Run,
  layer: number,
  head: number,
  chunk: number,
): Promise<HeadPlan> {
  const { records, plansAt } = inspectionOf(run);
  const layout: PlanLayout = run.forward.bench.plan;
  const { words, blockWords } = layout;
  const start = plansAt + (chunk * layers + layer) * layout.size;
  const blockRows = MAX_CHUNK / PAGE_SLOTS;
  const sizes = [2 * MAX_CHUNK, words, words, blockRows * blockWords];
  const starts = [
    0,
    layout.columns + head * words,
    layout.diagonals + head * words,
    layout.blocks + head * blockRows * blockWords,
  ];
  const data = await readParts(
    device,
    records,
    starts.map((at, part) => ({ offset: 4 * (start + at), bytes: 4 * sizes[part] })),
  );
  let at = 0;
  const [rows, columns, diagonals, blocks] = sizes.map((size) => {
    at += size;
    return new Uint32Array(data, 4 * (at - size), size);
  });
  const { parts } = run.options.strategy.prefill;
  const inUse = <T>(part: PlanPart, value: T[]) => (parts.includes(part) ? value : []);
  return {
    rows: parts.includes('rows') ? rows : new Uint32Array(),
    columns: inUse('columns', bitsOf(columns)),
    diagonals: inUse('diagonals', bitsOf(diagonals)),
    blocks: inUse(
      'blocks',
      Array.from({ length: blockRows }, (_, block) =>
        bitsOf(blocks.subarray(block * blockWords, (block + 1) * blockWords)),
      ),
    ),
  };
}

/** Sets the keys that the plan has for a row. */
function mark(seen: Uint8Array, plan: HeadPlan, row: number, query: number): void {
  const { rows, columns, diagonals, blocks } = plan;
  const end = query + 1;
  if (rows.length > 0) {
    seen.fill(1, 0, Math.min(rows[2 * row], end));
    seen.fill(1, Math.min(rows[2 * row + 1], end), end);
  }
  for (const key of columns) if (key < end) seen[key] = 1;
  for (const distance of diagonals) if (distance < end) seen[query - distance] = 1;
  for (const block of blocks[Math.floor(row / PAGE_SLOTS)] ?? []) {
    seen.fill(1, Math.min(block * PAGE_SLOTS, end), Math.min((block + 1) * PAGE_SLOTS, end));
  }
}

/** Runs of keys that are set and that the query could still see. */
function rangesOf(seen: Uint8Array, query: number, evictedAt: Uint32Array): KeyRange[] {
  const ranges: KeyRange[] = [];
  let from = -1;
  for (let key = 0; key <= query + 1; key++) {
    const inside = key <= query && seen[key] === 1 && evictedAt[key] > query;
    if (inside && from < 0) from = key;
    if (!inside && from >= 0) {
      ranges.push([from, key]);
      from = -1;
    }
  }
  return ranges;
}

/** For each position the first query that could no longer see its key. */
async function readEvictedAt(
  { device, config: { heads, kvHeads } }: GpuModel,
  run: Run,
  layer: number,
  head: number,
): Promise<Uint32Array> {
  const { evictedAt, capacity } = inspectionOf(run);
  const kvHead = Math.floor(head / (heads / kvHeads));
  const offset = (layer * kvHeads + kvHead) * capacity * 4;
  return new Uint32Array(await readBack(device, evictedAt, run.processed * 4, offset));
}

/** Indices of the bits that are set, ascending. */
function bitsOf(words: Uint32Array): number[] {
  const bits: number[] = [];
  words.forEach((word, index) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      // The lowest bit of the rest.
      bits.push(index * 32 + 31 - Math.clz32(rest & -rest));
    }
  });
  return bits;
}
