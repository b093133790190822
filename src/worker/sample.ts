import type { Run } from '../engine/run';
import type { PreparedPrompt, PromptSpec } from '../needle/prompt-spec';
import type { SampleResult } from '../needle/sweep/plan';
import type { SampleRequest } from '../needle/sweep/run-sweep';
import { ActiveRun } from './active-run';
import type { ModelSlot } from './model-slot';
import { RunControl } from './run-control';

/** What the engine gives to samples. */
export interface SampleHost {
  slot(): ModelSlot;
  prepare(spec: PromptSpec): Promise<PreparedPrompt>;
  /** Resolves when what is under way has ended; null: nothing is. */
  underWay(): Promise<unknown> | null;
  inTurn<T>(control: RunControl, work: () => Promise<T>): Promise<T>;
  overLostDevices<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Runs of a sweep: one at a time, beside the run on screen and without its events. They wait for what is under
 * way, and whatever is asked for meanwhile ends them, so that a sweep never stands in anybody's way.
 */
export class Sampler {
  private control: RunControl | null = null;
  private wake = () => {};

  constructor(private readonly host: SampleHost) {}

  /** @returns null where it was ended before it was done */
  async sample(request: SampleRequest): Promise<SampleResult | null> {
    const control = new RunControl(() => {});
    this.control = control;
    const { host } = this;
    for (let other = host.underWay(); other && !control.stopped; other = host.underWay()) {
      const stopped = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      await Promise.race([other, stopped]);
    }
    if (control.stopped) return null;
    return await host.inTurn(control, async () => {
      const prompt = await host.prepare(request.prompt);
      // A device that is lost on the way takes the times with it: the sample begins anew.
      return await host.overLostDevices(() => runSample(host.slot(), request, prompt, control));
    });
  }

  stop(): void {
    this.control?.stop();
    this.wake();
  }
}

async function runSample(
  slot: ModelSlot,
  request: SampleRequest,
  prompt: PreparedPrompt,
  control: RunControl,
): Promise<SampleResult | null> {
  const sampling = { temperature: 0, topK: 0, topP: 1, seed: request.prompt.seed };
  const active = await ActiveRun.create(
    slot,
    { ...request, sampling, inspect: false },
    prompt,
    () => {},
  );
  try {
    const stopReason = await active.advance(control);
    if (stopReason === 'stopped') return null;
    const held = await heldShare(active.run, prompt);
    const result = await active.result(stopReason);
    const { answer, expected, promptTokens, kvBytes, accounting, adapter } = result;
    return {
      correct: result.correct ?? false,
      score: result.score ?? 0,
      answer,
      expected,
      promptTokens,
      realisedDepth: prompt.realisedDepth ?? prompt.spec.depth,
      held,
      kvBytes,
      density: accounting.density,
      prefillMs: result.prefillMs,
      decodeMs: result.decodeMs,
      generated: result.generated.length,
      adapter,
    };
  } finally {
    active.destroy();
  }
}

/** Share of the entries (tokens × layers × KV heads) of the needles asked for that are in the cache now. */
export async function heldShare(run: Run, { needles }: PreparedPrompt): Promise<number> {
  const { slots } = run.cache.state();
  // Nothing has left, so nothing has to be read back.
  if (slots.every((count) => count === run.processed)) return 1;
  const asked = new Set<number>();
  for (const { span, asked: needed } of needles) {
    if (needed) for (let position = span[0]; position < span[1]; position++) asked.add(position);
  }
  if (asked.size === 0) return 1;
  const kept = await run.cache.keptPositions();
  let held = 0;
  // A position may be there twice, as a page entry and beside the pages.
  for (const positions of kept) {
    for (const position of new Set(positions)) if (asked.has(position)) held++;
  }
  return held / (asked.size * kept.length);
}
