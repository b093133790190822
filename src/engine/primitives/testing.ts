/** What the browser tests of cache primitives share: paged heads of different lengths. */
import { ALL, HEAD_STATE, PAGE_SLOTS } from '../kernels';

export interface TestHead {
  /** Slots held before the submission. */
  slots: number;
  sinks?: number;
  recent?: number;
}

export interface PagedHeads {
  cacheTable: Uint32Array<ArrayBuffer>;
  frame: { tokens: number; page_table: number; page_table_stride: number };
  /** Rows of the pools, those of pages that no head holds included. */
  rows: number;
  /** Row in the pools of a head's slot. */
  row(head: number, slot: number): number;
}

/** Heads [layers * kvHeads] with room for `tokens` more slots each; pages are handed out in random order. */
export function pagedHeads(heads: TestHead[], tokens: number, next: () => number): PagedHeads {
  const most = Math.max(...heads.map(({ slots }) => slots + tokens));
  const stride = Math.ceil(most / PAGE_SLOTS) + 1;
  const free = Array.from({ length: heads.length * stride }, (_, page) => ({ page, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ page }) => page);
  const pageTable = heads.length * HEAD_STATE;
  const cacheTable = new Uint32Array(pageTable + heads.length * stride).fill(ALL, pageTable);
  heads.forEach(({ slots, sinks = 0, recent = ALL }, head) => {
    cacheTable.set([slots, sinks, recent], head * HEAD_STATE);
    const held = free.splice(0, Math.ceil((slots + tokens) / PAGE_SLOTS));
    cacheTable.set(held, pageTable + head * stride);
  });
  return {
    cacheTable,
    frame: { tokens, page_table: pageTable, page_table_stride: stride },
    rows: heads.length * stride * PAGE_SLOTS,
    row: (head, slot) =>
      cacheTable[pageTable + head * stride + Math.floor(slot / PAGE_SLOTS)] * PAGE_SLOTS +
      (slot % PAGE_SLOTS),
  };
}

/** Entries of a pool: [position, bias] by row. */
export function entryPool(rows: number): {
  data: ArrayBuffer;
  set(row: number, position: number, bias: number): void;
} {
  const data = new ArrayBuffer(8 * rows);
  const [positions, biases] = [new Uint32Array(data), new Float32Array(data)];
  return {
    data,
    set(row, position, bias) {
      positions[2 * row] = position;
      biases[2 * row + 1] = bias;
    },
  };
}

/** Lists u32[heads, 1 + stride] of slots that stay; behind them, the rest of a longer list from before. */
export function keepLists(lists: number[][], stride: number): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array(lists.length * (1 + stride));
  lists.forEach((list, head) => {
    const before = (list.at(-1) ?? -1) + 1;
    data.fill(before, head * (1 + stride), (head + 1) * (1 + stride));
    data.set([list.length, ...list], head * (1 + stride));
  });
  return data;
}
