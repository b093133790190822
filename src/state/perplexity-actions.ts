import { completeChoice } from '../strategies/registry';
import { troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi } from '../worker/protocol';
import { isEngineFree } from './engine-use';
import type { PageActions } from './page-actions';
import type { PageStore } from './page-store';
import {
  emptyRun,
  isComplete,
  type MeasuredText,
  type PerplexityDraft,
  type PerplexityState,
  runOf,
  textOf,
  withResult,
} from './perplexity';

export interface PerplexityActions {
  changePerplexity(change: Partial<PerplexityDraft>): void;
  /** Feeds the draft's text through its strategies; those that were through it are not asked again. */
  measurePerplexity(): Promise<void>;
}

export function createPerplexityActions(
  engine: Pick<EngineApi, 'perplexity'>,
  { getState, setState }: PageStore,
  report: PageActions['report'],
): PerplexityActions {
  const change = (news: Partial<PerplexityState>) =>
    setState(({ perplexity }) => ({ perplexity: { ...perplexity, ...news } }));

  async function measurePerplexity() {
    const { model, perplexity, calibration } = getState();
    if (!model || !isEngineFree(getState())) return;
    report('perplexity', null);
    try {
      const { draft, measured } = perplexity;
      const { text, prompt } = textOf(draft);
      const key = { model: `${model.name} ${model.parameters}`, text, prompt };
      const before = measured && isOf(measured, key) ? measured : null;
      const missing = draft.strategies.filter((strategy) => {
        const run = runOf(before, strategy);
        return !run || !isComplete(run);
      });
      const wanted = missing.length > 0 ? missing : draft.strategies;
      const others = before?.runs.filter((run) => !wanted.some((one) => one.title === run.title));
      change({
        measured: {
          ...key,
          tokens: before?.tokens ?? 0,
          runs: [...(others ?? []), ...wanted.map(emptyRun)],
        },
        measuring: wanted.map(({ title }) => title),
      });
      const strategies = wanted.map(({ choice }) => completeChoice(choice));
      const result = unwrap(await engine.perplexity({ text, prompt, strategies, calibration }));
      change(withResult(getState().perplexity, result));
    } catch (error) {
      report('perplexity', troubleOf(error));
    }
    change({ measuring: null });
  }

  return {
    changePerplexity(news) {
      change({ draft: { ...getState().perplexity.draft, ...news } });
    },
    measurePerplexity,
  };
}

function isOf(
  { model, text, prompt }: MeasuredText,
  key: Pick<MeasuredText, 'model' | 'text' | 'prompt'>,
): boolean {
  return JSON.stringify({ model, text, prompt }) === JSON.stringify(key);
}
