import { unwrap } from '../worker/client';
import type { EngineApi, HeadsAtSpec } from '../worker/protocol';
import type { LookUp } from './look-up';
import { createNewestOnly } from './newest-only';
import { anyOpen, type PageState, processedTokens } from './page-store';

type Engine = Pick<EngineApi, 'heads' | 'headsAt' | 'sinks' | 'tokenCurves' | 'surprisal'>;

/** Looks up what is about all heads at once: their scores, sinks, curves along the text, and who looks at a key. */
export function createHeadInspector(engine: Engine, lookUp: LookUp): (state: PageState) => void {
  const newestOnly = createNewestOnly();

  return (state) => {
    const { run, shading, activity } = state;
    if (!run) return;
    const spec = pointedKey(state);
    if (spec && anyOpen(state, 'tokens')) {
      void lookUp('headsAt', `${spec.key} ${spec.queries}`, () =>
        newestOnly(async () => unwrap(await engine.headsAt(spec))),
      );
    }
    // The others take their time, which a run must not lose.
    const promptRead = run.prefill.done === run.prefill.total;
    if (!promptRead || activity === 'running') return;
    const read = String(processedTokens(run));
    if (anyOpen(state, 'heads')) {
      void lookUp('heads', read, async () => unwrap(await engine.heads()));
    }
    const inText = anyOpen(state, 'tokens') ? shading : null;
    if (anyOpen(state, 'sinks') || inText === 'sink') {
      void lookUp('sinks', read, async () => unwrap(await engine.sinks()));
    }
    if (inText === 'waad' || inText === 'fai') {
      void lookUp('curves', read, async () => unwrap(await engine.tokenCurves()));
    }
    if (inText === 'surprisal' && run.measures.surprisal) {
      void lookUp('surprisal', read, async () => unwrap(await engine.surprisal()));
    }
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
