import type { HaystackRef } from '../needle/prompt-spec';
import { parseStrategy, sweepStrategy } from '../needle/sweep/strategy-title';
import { binSize, perplexityBins, perplexityOf } from '../state/perplexity-bins';
import { unwrap } from '../worker/client';
import type { EngineApi, EngineEvent, ModelInfo } from '../worker/protocol';
import { type EngineListeners, hearing } from './headless-listeners';
import { checkIds, promptFrom, strategyFrom, whole } from './headless-options';
import type { HeadlessPerplexity, PerplexityOptions, Steps } from './headless-types';

const LENGTH = 1024;
const PROMPT = 32;

/** Perplexity along a text under one strategy or several. */
export async function measurePerplexity(
  engine: Pick<EngineApi, 'perplexity'>,
  listeners: EngineListeners,
  options: PerplexityOptions,
  model: ModelInfo,
  onProgress: (steps: Steps) => void,
): Promise<HeadlessPerplexity> {
  const { strategy, calibration } = strategyFrom(options, model);
  const strategies = options.strategies?.map(parseStrategy) ?? [sweepStrategy(strategy)];
  const request = {
    text: textOf(options, model),
    prompt: whole('prompt', options.prompt ?? PROMPT, 1, Number.MAX_SAFE_INTEGER),
    strategies: strategies.map(({ choice }) => choice),
    calibration: calibration ?? null,
  };
  let tokens = 0;
  const hear = (event: EngineEvent) => {
    if (event.type !== 'perplexity') return;
    const { event: news } = event;
    if (news.part === 'text') tokens = news.tokens;
    else {
      const done = news.from + news.surprisals.length;
      onProgress({ what: strategies[news.strategy].title, done, total: tokens });
    }
  };
  const result = unwrap(await hearing(listeners, hear, () => engine.perplexity(request)));
  return {
    model: result.model,
    adapter: result.adapter,
    tokens: result.tokens,
    prompt: result.prompt,
    text:
      'ids' in request.text ? null : { ...request.text, haystack: nameOf(request.text.haystack) },
    bin: binSize(result.tokens),
    runs: result.runs.map((run, index) => ({
      title: strategies[index].title,
      strategy: run.strategy,
      read: run.read,
      perplexity: perplexityOf(run.surprisals, 0, run.read),
      firstEviction: run.firstEviction,
      kvBytes: run.kvBytes,
      ms: run.ms,
      bins: perplexityBins(run.surprisals, run.read),
      // JSON has no NaN: nothing predicts the first token.
      surprisals: Array.from(run.surprisals.subarray(0, run.read), (value) =>
        Number.isNaN(value) ? null : value,
      ),
      trouble: run.trouble,
    })),
  };
}

function textOf(options: PerplexityOptions, model: ModelInfo) {
  if (options.ids) {
    checkIds(options.ids, model);
    return { ids: options.ids };
  }
  const { haystack } = promptFrom(options);
  return { haystack, start: options.start ?? 0, length: options.length ?? LENGTH };
}

function nameOf(haystack: HaystackRef): string {
  return 'id' in haystack ? haystack.id : haystack.title;
}
