import type { BufferSet } from '../gpu/buffers';
import type { ModelConfig } from '../model/config';
import { PAGE_SLOTS } from './kernels';
import type { CachePolicy } from './strategy';

/** What the cache holds, counted in pages. */
export interface CacheState {
  pagesHeld: number;
  peakPages: number;
  pageBytes: number;
  /** Pages per layer and KV head, [layers * kvHeads]. */
  pages: Uint32Array;
  /** Entries that the newest query sees, per layer and KV head. */
  slots: Uint32Array;
}

/**
 * The paged cache: pools of pages for keys, values and positions, and for each layer and KV head a table of
 * the pages that it holds. A page holds 16 slots of one head. The host hands pages out and takes them back;
 * kernels find a slot's row through the table.
 */
export class KvCache {
  readonly keys: GPUBuffer;
  readonly values: GPUBuffer;
  readonly positions: GPUBuffer;
  readonly pageTable: GPUBuffer;
  readonly slotCounts: GPUBuffer;
  /** Pages that one head's table can name. */
  readonly tableStride: number;
  readonly pageBytes: number;

  private readonly heads: number;
  private readonly freePages: number[];
  /** Pages of each layer and KV head, in the order of their slots. */
  private readonly held: number[][];
  /** Slots filled in each head's pages, entries hidden from later queries included. */
  private readonly filled: Uint32Array<ArrayBuffer>;
  private readonly table: Uint32Array<ArrayBuffer>;
  private peakPages = 0;

  /** @param capacity slots that a head may fill at once. */
  constructor(
    private readonly device: GPUDevice,
    buffers: BufferSet,
    config: ModelConfig,
    private readonly policy: CachePolicy,
    capacity: number,
    valueBytes: 2 | 4,
  ) {
    this.heads = config.layers * config.kvHeads;
    this.tableStride = Math.ceil(capacity / PAGE_SLOTS);
    const pages = this.heads * this.tableStride;
    const headBytes = PAGE_SLOTS * config.headDim * valueBytes;
    this.pageBytes = 2 * headBytes + PAGE_SLOTS * 4;
    this.keys = buffers.storage('keys', pages * headBytes);
    this.values = buffers.storage('values', pages * headBytes);
    this.positions = buffers.storage('positions', pages * PAGE_SLOTS * 4);
    this.pageTable = buffers.storage('page table', pages * 4);
    this.slotCounts = buffers.storage('slot counts', this.heads * 4);
    this.freePages = Array.from({ length: pages }, (_, i) => pages - 1 - i);
    this.held = Array.from({ length: this.heads }, () => []);
    this.filled = new Uint32Array(this.heads);
    this.table = new Uint32Array(pages);
  }

  /** Slots that the fullest head has filled. */
  get slots(): number {
    return this.filled.reduce((most, count) => Math.max(most, count), 0);
  }

  /** Hands out the pages that `tokens` more entries need in every head, and tells the GPU. */
  reserve(tokens: number): void {
    let changed = false;
    this.held.forEach((pages, head) => {
      while (pages.length * PAGE_SLOTS < this.filled[head] + tokens) {
        const page = this.freePages.pop();
        if (page === undefined) throw new Error('The cache has no free page left.');
        this.table[head * this.tableStride + pages.length] = page;
        pages.push(page);
        changed = true;
      }
    });
    this.peakPages = Math.max(this.peakPages, this.pagesHeld());
    if (changed) this.device.queue.writeBuffer(this.pageTable, 0, this.table);
    this.device.queue.writeBuffer(this.slotCounts, 0, this.filled);
  }

  /** Counts the entries that a submission appended, and takes back the pages that the newest query cannot see. */
  commit(tokens: number): void {
    let changed = false;
    const { sinks, recent } = this.policy;
    const firstWindowPage = Math.ceil(sinks / PAGE_SLOTS);
    this.held.forEach((pages, head) => {
      this.filled[head] += tokens;
      // The newest query sits in the last slot and sees `recent` slots, its own included.
      const hiddenSlots = Math.max(0, this.filled[head] - recent);
      const leaving = Math.floor(hiddenSlots / PAGE_SLOTS) - firstWindowPage;
      if (leaving <= 0) return;
      this.freePages.push(...pages.splice(firstWindowPage, leaving));
      this.filled[head] -= leaving * PAGE_SLOTS;
      this.table.set(pages, head * this.tableStride);
      changed = true;
    });
    if (changed) this.device.queue.writeBuffer(this.pageTable, 0, this.table);
  }

  /** What `tokens` entries in every head would hold, were none evicted. */
  bytesFor(tokens: number): number {
    return this.heads * Math.ceil(tokens / PAGE_SLOTS) * this.pageBytes;
  }

  state(): CacheState {
    const { sinks, recent } = this.policy;
    return {
      pagesHeld: this.pagesHeld(),
      peakPages: this.peakPages,
      pageBytes: this.pageBytes,
      pages: Uint32Array.from(this.held, (pages) => pages.length),
      slots: this.filled.map((filled) => Math.min(filled, sinks + recent)),
    };
  }

  private pagesHeld(): number {
    return this.held.reduce((sum, pages) => sum + pages.length, 0);
  }
}
