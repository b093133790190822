import { unwrap } from '../worker/client';
import type { EngineApi, HeadsAtSpec } from '../worker/protocol';
import type { LookUp } from './look-up';
import { createNewestOnly } from './newest-only';
import { createPace, LIVE_SHARES } from './pace';
import { anyOpen, type PageState, processedTokens, type RunView } from './page-store';

type Engine = Pick<EngineApi, 'heads' | 'headsAt' | 'sinks' | 'tokenCurves' | 'surprisal'>;

/** Looks up what is about all heads at once: their scores, sinks, curves along the text, and who looks at a key. */
export function createHeadInspector(engine: Engine, lookUp: LookUp): (state: PageState) => void {
  const pointed = createNewestOnly();
  // While one steps through a run, only what is about its newest token is worth the time.
  const slow = {
    heads: createNewestOnly(),
    sinks: createNewestOnly(),
    curves: createNewestOnly(),
  };
  const pace = createPace(LIVE_SHARES.heads);

  /** What takes a pass over the whole text. */
  async function lookAtAll(state: PageState, run: RunView): Promise<void> {
    const read = String(processedTokens(run));
    const inText = anyOpen(state, 'tokens') ? state.shading : null;
    const looks: Promise<void>[] = [];
    if (anyOpen(state, 'heads')) {
      const look = () => slow.heads(async () => unwrap(await engine.heads()));
      looks.push(lookUp('heads', read, look));
    }
    if (anyOpen(state, 'sinks') || inText === 'sink') {
      const look = () => slow.sinks(async () => unwrap(await engine.sinks()));
      looks.push(lookUp('sinks', read, look));
    }
    if (inText === 'waad' || inText === 'fai') {
      const look = () => slow.curves(async () => unwrap(await engine.tokenCurves()));
      looks.push(lookUp('curves', read, look));
    }
    if (inText === 'surprisal' && run.measures.surprisal) {
      looks.push(lookUp('surprisal', read, async () => unwrap(await engine.surprisal())));
    }
    await Promise.all(looks);
  }

  return (state) => {
    const { run, activity } = state;
    if (!run) return;
    const spec = pointedKey(state);
    if (spec && anyOpen(state, 'tokens')) {
      void lookUp('headsAt', `${spec.key} ${spec.queries}`, () =>
        pointed(async () => unwrap(await engine.headsAt(spec))),
      );
    }
    if (run.prefill.done < run.prefill.total) return;
    // One pass over the text takes no longer than reading it did.
    const isDue = pace.isDue(run.id, run.prefill.ms);
    if (activity !== 'running') void lookAtAll(state, run);
    else if (isDue) void pace.timed(lookAtAll(state, run));
  };
}

/** The pointed or else the picked key, and the picked query, or all that may look at the key. */
export function pointedKey({ run, hover, selection }: PageState): HeadsAtSpec | null {
  const key = hover.key ?? selection.key;
  const processed = processedTokens(run);
  if (key === null || key >= processed) return null;
  const { query } = selection;
  const queries: [number, number] =
    query !== null && query >= key && query < processed ? [query, query + 1] : [key, processed];
  return { key, queries };
}
