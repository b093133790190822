import { unwrap } from '../worker/client';
import type { EngineApi, EngineEvent, ModelInfo } from '../worker/protocol';
import { type EngineListeners, hearing } from './headless-listeners';
import { idsFrom, promptFrom, refuse, strategyFrom, whole } from './headless-options';
import type { BenchOptions, BenchRow, HeadlessBench, Steps } from './headless-types';

const LENGTHS = [512, 2048];
const STEPS = 32;

/** The speed table: one row a length. */
export async function measureBench(
  engine: Pick<EngineApi, 'bench' | 'roofline'>,
  listeners: EngineListeners,
  options: BenchOptions,
  model: ModelInfo,
  onProgress: (steps: Steps) => void,
): Promise<HeadlessBench> {
  const requested = strategyFrom(options, model);
  const steps = whole('steps', options.steps ?? STEPS, 1, Number.MAX_SAFE_INTEGER);
  const { ids, lengths = LENGTHS } = options;
  const prompts = ids
    ? [idsFrom(options, model) ?? { ids }]
    : lengths.map((length) => plainPrompt(options, length));
  const roofline = options.roofline ? unwrap(await engine.roofline()) : null;
  const rows: BenchRow[] = [];
  for (const prompt of prompts) {
    const what = `${'ids' in prompt ? prompt.ids.length : prompt.length} tokens`;
    const hear = (event: EngineEvent) => {
      if (event.type === 'bench') onProgress({ what, done: event.done, total: event.total });
    };
    const request = { prompt, ...requested, steps };
    const measured = unwrap(await hearing(listeners, hear, () => engine.bench(request)));
    if (!measured) refuse('Stopped before everything was measured.', 'Measure again.');
    const { promptTokens, prefillMs, decodeMs, traffic, kernels } = measured;
    rows.push({
      promptTokens,
      prefillMs,
      prefillTokensPerSecond: (promptTokens * 1000) / prefillMs,
      decodeMs,
      decodeTokensPerSecond: 1000 / decodeMs,
      dispatchesPerToken: traffic.decode.dispatches,
      bytesReadBackPerToken: traffic.decode.bytesReadBack,
      prefillDispatches: traffic.prefill.dispatches,
      prefillBytesReadBack: traffic.prefill.bytesReadBack,
      kernels,
    });
  }
  const { name, adapter, precision } = model;
  return {
    model: name,
    adapter: adapter.name,
    precision,
    strategy: requested.strategy,
    steps,
    roofline,
    rows,
  };
}

/** Text alone: a question would only change what is written, and nobody reads it. */
function plainPrompt(options: BenchOptions, length: number) {
  return promptFrom({ ...options, length, needle: '', question: '', expected: '' });
}
