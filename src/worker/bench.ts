import { Run } from '../engine/run';
import type { RunOptions } from '../engine/run-options';
import { documentStarts } from '../needle/documents';
import type { PreparedPrompt } from '../needle/prompt-spec';
import { buildStrategy } from '../strategies/build';
import { completeChoice } from '../strategies/registry';
import { TroubleError } from '../trouble';
import type { BenchRequest, BenchResult } from './bench-types';
import { timeKernels } from './kernel-times';
import type { ModelSlot } from './model-slot';

/** Steps before those that count: the first ones may still fill caches and raise the clock. */
const WARM_UP = 3;

export interface BenchWatch {
  /** @param done of `total` tokens */
  report(done: number, total: number): void;
  stopped(): boolean;
}

/** A chunk of the prompt, or a decode step. */
export interface Submission {
  phase: 'prefill' | 'warm-up' | 'decode';
  tokens: number;
  ms: number;
}

/**
 * Reads a prompt and generates, twice: with every kernel in a pass of its own, to time kernels, and as always,
 * to time the whole. What is generated is not looked at: no token ends it.
 * @param prompt what the request's text became; null where it gave token ids
 * @returns null where it was stopped
 * @throws TroubleError `bad-input` for a number of steps that is none
 */
export async function bench(
  { checkpoint, adapter, model }: ModelSlot,
  request: BenchRequest,
  prompt: PreparedPrompt | null,
  watch: BenchWatch,
): Promise<BenchResult | null> {
  const { steps } = request;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new TroubleError(
      'bad-input',
      `The number of decode steps must be a whole number from 1 on, found ${steps}.`,
      'The default is 32.',
    );
  }
  const strategy = completeChoice(request.strategy);
  const given = 'ids' in request.prompt ? request.prompt : null;
  const ids = prompt?.ids ?? given?.ids ?? [];
  const options: RunOptions = {
    ids,
    parts: {
      context: prompt?.questionSpan?.[0] ?? given?.context ?? ids.length,
      documents: prompt ? documentStarts(prompt) : (given?.documents ?? []),
    },
    strategy: buildStrategy(strategy, model.config, request.calibration ?? null),
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    maxTokens: 1 + WARM_UP + steps,
    inspect: false,
  };
  const each = ids.length + WARM_UP + steps;
  const timed = model.device.features.has('timestamp-query');
  const total = timed ? 2 * each : each;

  async function measure<T>(
    timing: 'kernels' | null,
    work: (run: Run, submissions: AsyncIterable<Submission>) => Promise<T>,
  ): Promise<T> {
    const before = timed && !timing ? each : 0;
    const run = await Run.create(model, { ...options, timed: timing });
    try {
      const report = (done: number) => watch.report(before + done, total);
      return await work(run, submissionsOf(run, { ...watch, report }));
    } finally {
      run.destroy();
    }
  }

  const kernels = timed
    ? await measure('kernels', (run, submissions) => timeKernels(model, run, submissions))
    : null;
  if (watch.stopped()) return null;
  const speed = await measure(null, timeWhole);
  if (watch.stopped()) return null;
  return {
    model: checkpoint.name,
    adapter: adapter.name,
    precision: model.precision,
    strategy,
    promptTokens: ids.length,
    steps,
    ...speed,
    kernels,
  };
}

/** Moves a run on to its end, unless it is stopped. */
async function* submissionsOf(
  run: Run,
  { report, stopped }: BenchWatch,
): AsyncGenerator<Submission> {
  const { ids, maxTokens } = run.options;
  const total = ids.length + maxTokens - 1;
  while (run.processed < total && !stopped()) {
    const { processed, promptRead } = run;
    const step = processed - ids.length;
    const begun = performance.now();
    await (promptRead ? run.decodeToken() : run.readChunk(stopped));
    const ms = performance.now() - begun;
    report(run.processed, total);
    const phase = !promptRead ? 'prefill' : step < WARM_UP ? 'warm-up' : 'decode';
    yield { phase, tokens: run.processed - processed, ms };
  }
}

async function timeWhole(
  run: Run,
  submissions: AsyncIterable<Submission>,
): Promise<Pick<BenchResult, 'prefillMs' | 'decodeMs' | 'traffic'>> {
  const times: Record<Submission['phase'], number[]> = { prefill: [], 'warm-up': [], decode: [] };
  for await (const { phase, ms } of submissions) times[phase].push(ms);
  const steps = times['warm-up'].length + times.decode.length;
  const { prefill, decode } = run.traffic;
  return {
    prefillMs: times.prefill.reduce((sum, ms) => sum + ms, 0),
    decodeMs: median(times.decode),
    traffic: {
      prefill,
      decode: {
        dispatches: decode.dispatches / steps,
        bytesReadBack: decode.bytesReadBack / steps,
      },
    },
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}
