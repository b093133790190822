import pageBoundsCode from '../../../shaders/select/page-bounds.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import type { Bench } from '../bench';
import { kernel, PAGE_SLOTS, SHARED } from '../kernels';
import type { Recorder, Step } from '../recorder';
import { type Lists, selectList } from './list-work';
import { PageStats } from './page-stats';

export const PAGE_BOUNDS = kernel(
  'select/page-bounds',
  pageBoundsCode,
  SHARED.frame,
  SHARED.pages,
  forced,
);

export interface PageRule {
  /** Slots of a page, a multiple of 16. */
  page: number;
  /** Pages that a head reads, where it holds more than `budgetSlots`. */
  budgetPages: number;
  budgetSlots: number;
  /** Whether a page is worth as much as the best of its parts of 16 slots. */
  inParts: boolean;
  /** Whether the first page is always read. */
  firstForced: boolean;
}

/** The pages of each query head with the highest bounds on their scores: see `shaders/select/page-bounds.wgsl`. */
export class PageChoice {
  private constructor(
    private readonly bench: Bench,
    private readonly page: number,
    readonly stats: PageStats,
    private readonly bounds: Step[],
    private readonly selects: Step[],
  ) {}

  /** @param listsOf where the choice of a layer goes: lists of pages, one for each query head */
  static async create(
    bench: Bench,
    rule: PageRule,
    listsOf: (layer: number) => Lists,
  ): Promise<PageChoice> {
    const { page, budgetPages, budgetSlots, inParts, firstForced } = rule;
    const { heads, layers } = bench.config;
    const stats = await PageStats.create(bench, 2);
    const stride = Math.ceil(bench.capacity / page);
    const values = bench.storage('bounds of pages', heads * stride * 4);
    const sizes = bench.storage('sizes of page rows', heads * 8);
    const [bounds, ...selects] = await Promise.all([
      bench.kernel(PAGE_BOUNDS, {
        ...stats.constants,
        VALUE_STRIDE: stride,
        PAGE: page,
        IN_PARTS: inParts ? 1 : 0,
        FIRST_FORCED: firstForced ? 1 : 0,
        BUDGET_PAGES: budgetPages,
        BUDGET_SLOTS: budgetSlots,
      }),
      ...Array.from({ length: layers }, (_, layer) =>
        selectList(bench, 'count', { values, stride, sizes }, listsOf(layer)),
      ),
    ]);
    const boundSteps = bench.layerSteps(bounds, { stats: stats.buffer, values, sizes });
    return new PageChoice(bench, page, stats, boundSteps, selects);
  }

  /** Records the choice for a layer; the statistics are up to date. */
  record(recorder: Recorder, layer: number): void {
    const { heads } = this.bench.config;
    const pages = Math.ceil((this.bench.cache.slots + recorder.tokens) / this.page);
    recorder.run(this.bounds[layer], Math.ceil(pages / 64), heads);
    recorder.run(this.selects[layer], heads);
  }
}

/**
 * Pages that a list must have room for: as many as are chosen, and all of a head with a window.
 * @param chosen pages that other heads read at most
 */
export function listedPages({ cache, capacity }: Bench, page: number, chosen: number): number {
  const windows = Array.from({ length: cache.heads }, (_, head) => cache.windowOf(head));
  const widest = windows.reduce(
    (most, { sinks, recent }) =>
      // Pages go as a whole, so that the last of the sinks and the oldest of the window may be hidden in part.
      Number.isFinite(recent) ? Math.max(most, sinks + recent + 2 * PAGE_SLOTS) : most,
    0,
  );
  return Math.min(Math.ceil(capacity / page), Math.max(chosen, Math.ceil(widest / page)));
}
