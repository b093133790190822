import { taskTexts } from '../needle/tasks/registry';
import type { ModelInfo, RunRequest, RunResult } from '../worker/protocol';
import { idsFrom, maxTokensFrom, promptFrom, samplingFrom, strategyFrom } from './headless-options';
import type { HeadlessRun, RunOptions } from './headless-types';

/** What the engine is asked for. */
export function runRequestFrom(options: RunOptions, model: ModelInfo): RunRequest {
  const prompt = promptFrom(options);
  const dump = options.dump ?? [];
  return {
    prompt: idsFrom(options, model) ?? prompt,
    ...strategyFrom(options, model),
    sampling: samplingFrom(options, prompt.seed),
    maxTokens: maxTokensFrom(options),
    inspect: options.recall === true || dump.length > 0,
    recall: options.recall ?? false,
    timeStages: options.timeStages ?? false,
    dump,
  };
}

/** What it gave, with what else is needed to run it again. */
export function describeRun(result: RunResult, options: RunOptions): HeadlessRun {
  const { haystack, length, depth, seed, task, ...own } = promptFrom(options);
  const title = 'id' in haystack ? haystack.id : haystack.title;
  const { needle, question } = task ? taskTexts(task, seed, depth) : own;
  const prompt = { haystack: title, length, depth, needle, question, ...(task && { task }) };
  return { ...resultFields(result), prompt };
}

function resultFields(result: RunResult): Omit<HeadlessRun, 'prompt'> {
  const { model, adapter, strategy, promptTokens, generated, answer } = result;
  const { expected, correct, score } = result;
  const { kvBytes, prefillMs, decodeMs, seed, stopReason } = result;
  const { accounting, recall, stageMs, dump } = result;
  return {
    model,
    adapter,
    strategy,
    promptTokens,
    generated: Array.from(generated),
    answer,
    expected,
    correct,
    score,
    kvBytes,
    prefillMs,
    decodeMs,
    seed,
    stopReason,
    accounting,
    recall,
    stageMs,
    dump,
  };
}
