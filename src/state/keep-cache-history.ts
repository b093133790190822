import { type EngineClient, unwrap } from '../worker/client';
import { createLookUp } from './look-up';
import { LIVE_SHARES, restAfter } from './pace';
import type { PageActions } from './page-actions';
import { anyOpen, kvHeadOf, type PageState, type PageStore, processedTokens } from './page-store';
import { viewedStep } from './viewed-step';

const IDLE_DELAY_MS = 40;
/** While the model runs, looking must cost it little. */
const LIVE_DELAY_MS = 500;

/** Looks up what the cache panel shows of the past: what all KV heads held at the viewed row, and how the
 * entries of the picked one left. */
export function keepCacheHistory(
  engine: EngineClient,
  store: PageStore,
  { report }: Pick<PageActions, 'report'>,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tookMs = 0;
  const lookUp = createLookUp(store, report);

  function look() {
    timer = undefined;
    const state = store.getState();
    const { run, model, selection } = state;
    const query = viewedStep(state);
    if (!model || query === null || !anyOpen(state, 'cache')) return;
    const begun = performance.now();
    const held = lookUp('held', `${query}`, async () => {
      return { query, entries: unwrap(await engine.heldAt(query)) };
    });
    const { layer, head } = selection;
    const kvHead = kvHeadOf(model, head);
    const history = lookUp('history', `${layer}.${kvHead}.${processedTokens(run)}`, async () => {
      return { layer, kvHead, ...unwrap(await engine.cacheHistory(layer, kvHead)) };
    });
    void Promise.all([held, history]).then(() => {
      tookMs = performance.now() - begun;
    });
  }

  function onChange(state: PageState, before: PageState) {
    const changed =
      state.run !== before.run ||
      state.selection !== before.selection ||
      state.folded !== before.folded ||
      state.activity !== before.activity;
    if (!changed) return;
    // Going idle looks at once; otherwise a look that is due stays due, so that a live run is followed.
    if (state.activity !== before.activity) clearTimeout(timer);
    else if (timer !== undefined) return;
    const liveDelay = Math.max(LIVE_DELAY_MS, restAfter(tookMs, LIVE_SHARES.cache));
    timer = setTimeout(look, state.activity === 'running' ? liveDelay : IDLE_DELAY_MS);
  }

  const unsubscribe = store.subscribe(onChange);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
