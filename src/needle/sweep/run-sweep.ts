import type { Calibration } from '../../strategies/calibration';
import type { StrategyChoice } from '../../strategies/registry';
import { type Trouble, TroubleError, troubleOf } from '../../trouble';
import type { PromptSpec } from '../prompt-spec';
import { promptOf, type Shard, sampleKey, samplesOf } from './order';
import type { SampleId, SampleOutcome, SampleResult, SweepPlan } from './plan';
import { latest } from './summary';

/** What the engine needs for one sample. */
export interface SampleRequest {
  prompt: PromptSpec;
  strategy: StrategyChoice;
  calibration: Calibration | null;
  /** Tokens of the answer at most. */
  maxTokens: number;
}

/** Where outcomes go as they come. */
export interface SweepStore {
  /** Resolves when the outcome can no longer be lost with the page or the process. */
  add(outcome: SampleOutcome): Promise<void>;
}

export interface SweepHost {
  /**
   * Runs one sample.
   * @returns null where it was ended before it was done
   * @throws TroubleError
   */
  runSample(request: SampleRequest): Promise<SampleResult | null>;
  /** Asked before each sample. */
  stopped(): boolean;
  began?(id: SampleId): void;
  /** After it was stored. */
  ended?(outcome: SampleOutcome): void;
}

/** What fails again and again at the same sample will not pass. */
const MOST_TRIES = 3;

/** What a plan still has to ask, in order: all that has no result and no refusal that would come again. */
export function remainingSamples(
  plan: SweepPlan,
  outcomes: SampleOutcome[],
  shard?: Shard,
): SampleId[] {
  const done = new Set(latest(outcomes).filter(isFinal).map(sampleKey));
  return samplesOf(plan, shard).filter((id) => !done.has(sampleKey(id)));
}

/**
 * Asks one sample after the other and hands each outcome to the store at once. A sample that is refused is stored
 * as such, and the others go on; one that failed, say because the device was lost, or that somebody else's run
 * cut off, is asked again first.
 * @throws TroubleError where the device cannot be had back, or the store cannot keep an outcome
 */
export async function runSweep(
  plan: SweepPlan,
  samples: SampleId[],
  calibration: Calibration | null,
  store: SweepStore,
  host: SweepHost,
): Promise<void> {
  for (const id of samples) {
    if (host.stopped()) return;
    host.began?.(id);
    const request = {
      prompt: promptOf(plan, id),
      strategy: plan.strategies[id.strategy].choice,
      calibration,
      maxTokens: plan.maxTokens,
    };
    const outcome = await outcomeOf(id, request, host);
    if (!outcome) return;
    await store.add(outcome);
    host.ended?.(outcome);
  }
}

/** null: the sweep was stopped. */
async function outcomeOf(
  id: SampleId,
  request: SampleRequest,
  host: SweepHost,
): Promise<SampleOutcome | null> {
  for (let failures = 0; ; ) {
    try {
      const result = await host.runSample(request);
      if (result) return { ...id, result };
    } catch (error) {
      failures++;
      const trouble = troubleOf(error);
      const passes = !wouldComeAgain(trouble) && failures < MOST_TRIES;
      if (!passes && endsSweeps(error, trouble)) throw error;
      if (!passes) return { ...id, trouble };
    }
    if (host.stopped()) return null;
  }
}

/** The engine itself is gone, not this sample. */
function endsSweeps(error: unknown, { code }: Trouble): boolean {
  return !(error instanceof TroubleError) || code === 'device-lost' || code === 'no-webgpu';
}

/** A result, or a refusal that the same request would get again. */
function isFinal(outcome: SampleOutcome): boolean {
  return 'result' in outcome || wouldComeAgain(outcome.trouble);
}

function wouldComeAgain({ code }: Trouble): boolean {
  return code === 'bad-input' || code === 'prompt-too-long' || code === 'adapter-too-small';
}
