import { keptShares, meanShare } from '../panels/compare/kept-shares';
import { unwrap } from '../worker/client';
import type { EngineApi, EngineEvent, ModelInfo } from '../worker/protocol';
import { type EngineListeners, hearing } from './headless-listeners';
import { strategyFrom } from './headless-options';
import { describeRun, runRequestFrom } from './headless-run';
import type { CompareOptions, HeadlessComparison, Steps } from './headless-types';

/** Runs a prompt under two strategies, and measures how far they are apart along the first one's answer. */
export async function compareRuns(
  engine: Pick<EngineApi, 'run' | 'compare' | 'divergence' | 'kept'>,
  listeners: EngineListeners,
  options: CompareOptions,
  model: ModelInfo,
  onProgress: (steps: Steps) => void,
): Promise<HeadlessComparison> {
  const second = { ...options, strategy: options.with ?? 'dense', set: options.withSet ?? [] };
  const request = runRequestFrom(options, model);
  // A strategy that does not exist is refused before anything is computed.
  const { strategy, calibration } = strategyFrom(second, model);
  const hear = (event: EngineEvent) => {
    const news = event.type === 'compared' ? event.event : event;
    if (news.type !== 'prefill' && news.type !== 'divergence') return;
    onProgress({ done: news.done, total: news.total, what: describe(event) });
  };
  return await hearing(listeners, hear, async () => {
    const first = unwrap(await engine.run({ ...request, inspect: true }));
    const other = unwrap(await engine.compare(strategy, calibration ?? null));
    const { firstDifference, answerTokens, steps } = unwrap(await engine.divergence());
    const held = {
      run: unwrap(await engine.kept('run')),
      compared: unwrap(await engine.kept('compared')),
    };
    const kept = held.run.map((_, head) => {
      const shares = keptShares(held, first.promptTokens, [head]);
      const { both, onlyRun, onlyCompared, neither } = meanShare(shares, 0, first.promptTokens);
      const count = (share: number) => Math.round(share * first.promptTokens);
      return {
        both: count(both),
        onlyA: count(onlyRun),
        onlyB: count(onlyCompared),
        neither: count(neither),
      };
    });
    return {
      a: describeRun(first, options),
      b: describeRun(other, second),
      firstDifference,
      answerTokens,
      meanKl: steps.length > 0 ? steps.reduce((sum, { kl }) => sum + kl, 0) / steps.length : null,
      sameTop: steps.filter(({ topP, topQ }) => topP === topQ).length,
      steps,
      kept: Array.from({ length: model.layers }, (_, layer) =>
        kept.slice(layer * model.kvHeads, (layer + 1) * model.kvHeads),
      ),
    };
  });
}

function describe({ type }: EngineEvent): string {
  if (type === 'divergence') return 'along the first answer';
  return type === 'compared' ? 'second strategy' : 'first strategy';
}
