import { troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi } from '../worker/protocol';
import { shownComparison } from './comparison';
import type { PageActions } from './page-actions';
import { anyOpen, type PageState, type PageStore } from './page-store';

/** Looks up what the two runs of a comparison kept, once both have ended and while the panel is open. */
export function keepCompared(
  engine: Pick<EngineApi, 'kept'>,
  store: PageStore,
  { report }: Pick<PageActions, 'report'>,
): () => void {
  let asked: unknown = null;

  async function lookUp(state: PageState) {
    const comparison = shownComparison(state);
    const result = comparison?.report.result;
    if (!comparison || !result || asked === result || !anyOpen(state, 'compare')) return;
    asked = result;
    try {
      const kept = {
        run: unwrap(await engine.kept('run')),
        compared: unwrap(await engine.kept('compared')),
      };
      store.setState(({ comparison: present }) =>
        present?.report.result === result ? { comparison: { ...present, kept } } : {},
      );
    } catch (error) {
      // What was put away in the meantime is no trouble.
      if (shownComparison(store.getState())?.report.result !== result) return;
      report('view', troubleOf(error));
    }
  }

  return store.subscribe((state, before) => {
    if (state.comparison !== before.comparison || state.folded !== before.folded) {
      void lookUp(state);
    }
  });
}
