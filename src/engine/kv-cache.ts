import type { BufferSet } from '../gpu/buffers';
import { readBack } from '../gpu/read-back';
import type { ModelConfig } from '../model/config';
import type { KeptWindow } from './kept-windows';
import { ALL, HEAD_STATE, PAGE_SLOTS } from './kernels';
import type { HeadWindow } from './strategy';

/** What the cache holds, counted in pages. */
export interface CacheState {
  pagesHeld: number;
  peakPages: number;
  pageBytes: number;
  /** Bytes that the policy holds beside pages: quantised blocks and the like. */
  besideBytes: number;
  /** Pages per layer and KV head, [layers * kvHeads]. */
  pages: Uint32Array;
  /** Entries that the newest query sees, per layer and KV head. */
  slots: Uint32Array;
}

/**
 * The paged cache: pools of pages for keys, values and entries (position and score bias), and for each layer
 * and KV head a table of the pages that it holds. A page holds 16 slots of one head. The host hands pages out
 * and takes them back; kernels find a slot's row through the table. Heads may hold different numbers.
 */
export class KvCache {
  readonly keys: GPUBuffer;
  readonly values: GPUBuffer;
  readonly entries: GPUBuffer;
  /** Head states, then the page table: see `shaders/shared/pages.wgsl`. */
  readonly table: GPUBuffer;
  /** Where the page table begins in it, in words. */
  readonly pageTable: number;
  /** Pages that one head's table can name. */
  readonly tableStride: number;
  readonly heads: number;
  /** Slots that the fullest head may fill. */
  readonly capacity: number;
  /** One number a slot where a policy keeps scores, moved along when entries move. */
  scores: GPUBuffer | null = null;
  /** Slots filled in each head's pages, entries hidden from later queries included. */
  readonly filled: Uint32Array<ArrayBuffer>;
  /** How many of the text's first entries every head holds beside the pages, and the bytes of all heads. */
  beside = { entries: 0, bytes: 0 };

  private bytesPerPage: number;
  /** Slots of all pages. */
  private readonly poolRows: number;
  private readonly freePages: number[];
  /** Pages of each layer and KV head, in the order of their slots. */
  private readonly held: number[][];
  private readonly tableData: Uint32Array<ArrayBuffer>;
  private peakPages = 0;

  /**
   * @param windows of each layer's KV head
   * @param capacities slots that each of them may fill at once
   */
  constructor(
    private readonly device: GPUDevice,
    private readonly buffers: BufferSet,
    config: ModelConfig,
    private readonly windows: KeptWindow[],
    capacities: ArrayLike<number>,
    valueBytes: 2 | 4,
  ) {
    this.heads = config.layers * config.kvHeads;
    const pagesOf = Array.from(capacities, (slots) => Math.ceil(slots / PAGE_SLOTS));
    this.capacity = Math.max(...Array.from(capacities));
    this.tableStride = Math.max(...pagesOf);
    const pages = pagesOf.reduce((sum, count) => sum + count, 0);
    this.poolRows = pages * PAGE_SLOTS;
    const headBytes = PAGE_SLOTS * config.headDim * valueBytes;
    this.bytesPerPage = 2 * headBytes + PAGE_SLOTS * 8;
    this.keys = buffers.storage('keys', pages * headBytes);
    this.values = buffers.storage('values', pages * headBytes);
    this.entries = buffers.storage('entries', pages * PAGE_SLOTS * 8);
    this.pageTable = this.heads * HEAD_STATE;
    const tableWords = this.pageTable + this.heads * this.tableStride;
    this.table = buffers.storage('cache table', tableWords * 4);
    this.freePages = Array.from({ length: pages }, (_, i) => pages - 1 - i);
    this.held = Array.from({ length: this.heads }, () => []);
    this.filled = new Uint32Array(this.heads);
    this.tableData = new Uint32Array(tableWords);
    this.windows.forEach(({ sinks, recent }, head) => {
      this.tableData[head * HEAD_STATE + 1] = sinks;
      this.tableData[head * HEAD_STATE + 2] = Number.isFinite(recent) ? recent : ALL;
    });
  }

  /** Makes room for one score a slot. */
  keepScores(): GPUBuffer {
    if (!this.scores) {
      this.scores = this.buffers.storage('scores', this.poolRows * 4);
      this.bytesPerPage += PAGE_SLOTS * 4;
    }
    return this.scores;
  }

  get pageBytes(): number {
    return this.bytesPerPage;
  }

  /** Slots that the fullest head has filled. */
  get slots(): number {
    return this.filled.reduce((most, count) => Math.max(most, count), 0);
  }

  /** Hands out the pages that `tokens` more entries need in every head, and tells the GPU. */
  reserve(tokens: number): void {
    this.held.forEach((pages, head) => {
      while (pages.length * PAGE_SLOTS < this.filled[head] + tokens) {
        const page = this.freePages.pop();
        if (page === undefined) throw new Error('The cache has no free page left.');
        this.tableData[this.pageTable + head * this.tableStride + pages.length] = page;
        pages.push(page);
      }
      this.tableData[head * HEAD_STATE] = this.filled[head];
    });
    this.peakPages = Math.max(this.peakPages, this.pagesHeld());
    this.device.queue.writeBuffer(this.table, 0, this.tableData);
  }

  /** Counts the entries that a submission appended, and takes back the pages that the newest query cannot see. */
  commit(tokens: number): void {
    this.held.forEach((pages, head) => {
      const { sinks, recent } = this.windows[head];
      const firstWindowPage = Math.ceil(sinks / PAGE_SLOTS);
      this.filled[head] += tokens;
      // The newest query sits in the last slot and sees `recent` slots, its own included.
      const hiddenSlots = Math.max(0, this.filled[head] - recent);
      const leaving = Math.floor(hiddenSlots / PAGE_SLOTS) - firstWindowPage;
      if (leaving <= 0) return;
      this.freePages.push(...pages.splice(firstWindowPage, leaving));
      this.filled[head] -= leaving * PAGE_SLOTS;
      this.tableData.set(pages, this.pageTable + head * this.tableStride);
    });
  }

  /** Takes over what a compaction left, entry by entry at the front of each head, and gives pages back. */
  shrink(slotsLeft: Uint32Array): void {
    this.held.forEach((pages, head) => {
      this.filled[head] = Math.min(this.filled[head], slotsLeft[head]);
      this.freePages.push(...pages.splice(Math.ceil(this.filled[head] / PAGE_SLOTS)));
    });
  }

  /** What `tokens` entries in every head would hold, were none evicted and nothing kept beside them. */
  bytesFor(tokens: number): number {
    const scoreBytes = this.scores ? PAGE_SLOTS * 4 : 0;
    return this.heads * Math.ceil(tokens / PAGE_SLOTS) * (this.bytesPerPage - scoreBytes);
  }

  state(): CacheState {
    return {
      pagesHeld: this.pagesHeld(),
      peakPages: this.peakPages,
      pageBytes: this.bytesPerPage,
      besideBytes: this.beside.bytes,
      pages: Uint32Array.from(this.held, (pages) => pages.length),
      slots: this.filled.map((filled, head) => {
        const { sinks, recent } = this.windows[head];
        return Math.min(filled, sinks + recent) + this.beside.entries;
      }),
    };
  }

  /**
   * Where tokens begin to be read without all that the model itself would show them.
   * @param tokens how many were read
   * @returns the position of the first such token, `tokens` being the one that is read next; null: not yet
   */
  missesFrom(tokens: number): number | null {
    const complete = (head: number) => this.windows[head].byModel;
    const narrowest = this.windows.reduce(
      (least, { sinks, recent }, head) =>
        complete(head) ? least : Math.min(least, sinks + recent),
      Number.POSITIVE_INFINITY,
    );
    if (narrowest < tokens) return narrowest;
    const fewest = this.filled.reduce(
      (least, filled, head) => (complete(head) ? least : Math.min(least, filled)),
      tokens,
    );
    return this.beside.entries + fewest < tokens ? tokens : null;
  }

  /** The window of a layer's KV head, counted over all layers. */
  windowOf(head: number): HeadWindow {
    return this.windows[head];
  }

  /** Rows in the pools of a head's filled slots, in order. */
  rowsOf(head: number): Uint32Array {
    return Uint32Array.from(
      { length: this.filled[head] },
      (_, slot) =>
        this.held[head][Math.floor(slot / PAGE_SLOTS)] * PAGE_SLOTS + (slot % PAGE_SLOTS),
    );
  }

  /** Positions of the text that each layer's KV head holds now, as the newest query sees them. */
  async keptPositions(): Promise<Uint32Array[]> {
    const words = new Uint32Array(await readBack(this.device, this.entries, this.entries.size));
    return this.held.map((_pages, head) => {
      const { sinks, recent } = this.windows[head];
      const rows = this.rowsOf(head);
      const visible = rows.filter((_row, slot) => slot < sinks || rows.length - slot <= recent);
      const beside = Array.from({ length: this.beside.entries }, (_, position) => position);
      return Uint32Array.from([...beside, ...visible.map((row) => words[row * 2])]);
    });
  }

  private pagesHeld(): number {
    return this.held.reduce((sum, pages) => sum + pages.length, 0);
  }
}
