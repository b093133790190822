import { completePlan } from '../../../../src/needle/sweep/check-plan';
import { mergeSweeps } from '../../../../src/needle/sweep/lines';
import { samplesOf } from '../../../../src/needle/sweep/order';
import type {
  SampleId,
  SampleOutcome,
  SampleResult,
  SweepPlan,
} from '../../../../src/needle/sweep/plan';
import {
  remainingSamples,
  runSweep,
  type SampleRequest,
  type SweepHost,
} from '../../../../src/needle/sweep/run-sweep';
import { sweepModel } from '../../../../src/state/needle-lab-state';
import { calibrationFor } from '../../../../src/strategies/calibration';
import { TroubleError } from '../../../../src/trouble';
import type { ModelInfo } from '../../../../src/worker/protocol';
import { UsageError } from '../flags';
import { CallError, type PageCall, Session } from '../session';
import { readMergeArguments, readSweepArguments, type SweepArguments } from './arguments';
import { checkSameSweep, readSweepFile, SweepFile, writeSweepFile } from './file';
import { progressLine, summary } from './print';

const PROGRESS_EVERY_MS = 5000;
/** As shells have it for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Sweeps, or goes on with a sweep.
 * @param prepare called when the arguments are understood, before the page is opened
 * @returns the exit code
 */
export async function sweep(words: string[], prepare: () => Promise<void>): Promise<number> {
  const given = readSweepArguments(words);
  const { out, shard, format } = given;
  const before = readSweepFile(out);
  if (before) {
    checkSameSweep(out, before.plan, completePlan({ ...given.plan, model: before.plan.model }));
  }
  await prepare();
  const session = new Session(() => {}, true);
  let stopped = false;
  const stop = () => {
    stopped = true;
    void session.close();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const call = (options: PageCall['call']) => session.call({ ...given, call: options });
    const model = (await call({ command: 'ready', options: {} })) as ModelInfo;
    const { plan, calibration } = planFor(model, given, before?.plan ?? null);
    if (before) checkSameSweep(out, before.plan, plan);
    const outcomes = [...(before?.outcomes ?? [])];
    const samples = remainingSamples(plan, outcomes, shard);
    const total = samplesOf(plan, shard).length;
    const file = SweepFile.open(out, plan, before);
    console.error(`${total - samples.length} of ${total} samples are in ${out}.`);
    const watch = progress(plan, samples, total);
    await runSweep(plan, samples, calibration, file, {
      runSample: (request) => askPage(call, request, () => stopped),
      stopped: () => stopped,
      ended: (outcome) => {
        outcomes.push(outcome);
        watch(outcome);
      },
    }).finally(() => file.close());
    console.log(summary(format, plan, outcomes));
    if (stopped) console.error(`Stopped; the same command goes on. What is done is in ${out}.`);
    return stopped ? INTERRUPTED : 0;
  } catch (error) {
    // What was under way in the browser ends with it.
    if (stopped) return INTERRUPTED;
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await session.close();
  }
}

/** Puts parts of a sweep together. */
export function merge(words: string[]): number {
  const { files, out, format } = readMergeArguments(words);
  const parts = files.map((name) => {
    const found = readSweepFile(name);
    if (!found) throw new UsageError(`${name} is empty, or not there.`);
    return { name, ...found };
  });
  const { plan, outcomes } = mergeSweeps(parts);
  if (out) writeSweepFile(out, plan, outcomes);
  const missing = remainingSamples(plan, outcomes).length;
  if (missing > 0) console.error(`${missing} of ${samplesOf(plan).length} samples are missing.`);
  console.log(summary(format, plan, outcomes));
  return 0;
}

function planFor(model: ModelInfo, given: SweepArguments, before: SweepPlan | null) {
  const calibration =
    given.calibration === undefined ? model.calibration : calibrationFor(given.calibration, model);
  const { plan: wished } = given;
  const plan = completePlan({
    ...wished,
    samples: Math.max(wished.samples, before?.samples ?? 0),
    model: sweepModel(model, wished.strategies, calibration),
  });
  return { plan, calibration };
}

async function askPage(
  call: (options: PageCall['call']) => Promise<unknown>,
  request: SampleRequest,
  stopped: () => boolean,
): ReturnType<SweepHost['runSample']> {
  try {
    return (await call({ command: 'sample', options: request })) as SampleResult | null;
  } catch (error) {
    if (stopped()) return null;
    if (!(error instanceof CallError)) throw error;
    const { code, what, advice, actions } = error.trouble;
    throw new TroubleError(code, what, advice, actions);
  }
}

/** A line to the error stream now and then, and at the end. */
function progress(
  plan: SweepPlan,
  samples: SampleId[],
  total: number,
): (outcome: SampleOutcome) => void {
  const begun = Date.now();
  const tokens = samples.reduce((sum, { length }) => sum + length, 0);
  let done = total - samples.length;
  let read = 0;
  let last = 0;
  return (outcome) => {
    done++;
    read += outcome.length;
    if (done < total && Date.now() - last < PROGRESS_EVERY_MS) return;
    last = Date.now();
    const remainingMs = ((tokens - read) * (last - begun)) / read;
    console.error(progressLine(plan, { done, total, remainingMs }, outcome));
  };
}
