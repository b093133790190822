import { type EngineClient, unwrap } from '../worker/client';
import type { TileRequest } from '../worker/protocol';
import { createHeadInspector } from './inspect-heads';
import { createLookUp } from './look-up';
import { LIVE_SHARES, restAfter } from './pace';
import type { PageActions } from './page-actions';
import {
  type AttentionRow,
  anyOpen,
  kvHeadOf,
  type PageState,
  type PageStore,
  processedTokens,
} from './page-store';
import { shownHeads } from './shown-heads';
import { queryOfText } from './text-row';

const IDLE_DELAY_MS = 40;
/** While the model runs, looking must cost it little. */
const LIVE_DELAY_MS = 500;

/** Looks up what the token and head panels show, whenever the selection or the run changes. */
export function keepInspected(
  engine: EngineClient,
  store: PageStore,
  actions: PageActions,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tookMs = 0;
  const lookUp = createLookUp(store, actions.report);
  const inspectHeads = createHeadInspector(engine, lookUp);

  async function row(
    channel: string,
    request: TileRequest,
    query: number | null,
  ): Promise<AttentionRow | null> {
    const tile = await actions.requestTile(channel, request);
    if (!tile) return null;
    const { layer, head } = request;
    return { layer, head, query, weights: tile.weights, sampledQueries: tile.sampledQueries };
  }

  function inspect() {
    timer = undefined;
    const state = store.getState();
    const { run, model, selection, hover, shading } = state;
    const processed = processedTokens(run);
    if (!run || !model || processed === 0) return;
    const heads = shownHeads(selection);
    const rowPart = { ...heads, rows: 1, pooling: 'mean' } as const;
    const begun = performance.now();
    const looks: Promise<void>[] = [];

    const rowAt = (part: 'row' | 'textRow', query: number | null) => {
      if (query === null || query >= processed) return;
      const look = lookUp(part, `${heads.layer}.${heads.head}.${query}`, () => {
        const keys: [number, number] = [0, query + 1];
        const queries: [number, number] = [query, query + 1];
        return row(part, { ...rowPart, queries, keys, columns: query + 1 }, query);
      });
      looks.push(look);
    };
    if (anyOpen(state, 'tokens', 'heatmap')) rowAt('row', selection.query ?? hover.query);
    if (anyOpen(state, 'tokens')) rowAt('textRow', queryOfText(state));
    if (shading === 'received' && anyOpen(state, 'tokens')) {
      const look = lookUp('received', `${heads.layer}.${heads.head}.${processed}`, () => {
        const all: [number, number] = [0, processed];
        const request = { ...rowPart, queries: all, keys: all, columns: processed };
        return row('received', request, null);
      });
      looks.push(look);
    }
    const { layer } = selection;
    const kvHead = kvHeadOf(model, selection.head);
    if (anyOpen(state, 'tokens')) {
      const look = lookUp('evictedAt', `${layer}.${kvHead}.${processed}`, async () => {
        const queries = unwrap(await engine.evictedAt(layer, kvHead));
        return { layer, kvHead, queries };
      });
      looks.push(look);
    }
    void Promise.all(looks).then(() => {
      tookMs = performance.now() - begun;
    });
    inspectHeads(state);
  }

  function onChange(state: PageState, before: PageState) {
    const changed =
      state.run !== before.run ||
      state.selection !== before.selection ||
      state.hover !== before.hover ||
      state.shading !== before.shading ||
      state.folded !== before.folded ||
      state.activity !== before.activity;
    if (!changed) return;
    // Going idle looks at once; otherwise a look that is due stays due, so that a live run is followed.
    if (state.activity !== before.activity) clearTimeout(timer);
    else if (timer !== undefined) return;
    const liveDelay = Math.max(LIVE_DELAY_MS, restAfter(tookMs, LIVE_SHARES.rows));
    timer = setTimeout(inspect, state.activity === 'running' ? liveDelay : IDLE_DELAY_MS);
  }

  const unsubscribe = store.subscribe(onChange);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
