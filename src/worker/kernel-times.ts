import type { GpuModel } from '../engine/gpu-model';
import { costOf, type Workload } from '../engine/kernel-costs';
import type { KernelRecord } from '../engine/kernel-log';
import type { Run } from '../engine/run';
import type { Submission } from './bench';
import type { BenchResult, KernelTime, KernelTimes } from './bench-types';

/** What one submission's kernels did. */
interface Timed {
  submission: Submission;
  kernels: KernelTime[];
}

/**
 * The kernels of the longest chunks of a prompt, and of decode steps: means over all of them, because a browser
 * may round the time of a single pass.
 * @param run one that times kernels
 */
export async function timeKernels(
  model: GpuModel,
  run: Run,
  submissions: AsyncIterable<Submission>,
): Promise<BenchResult['kernels']> {
  if (!run.kernels) return null;
  const all: Timed[] = [];
  let before = await run.counts();
  for await (const submission of submissions) {
    const counts = await run.counts();
    const work = workOf(model, run, submission, counts, before);
    before = counts;
    all.push({ submission, kernels: run.kernels.take().map((record) => timeOf(record, work)) });
  }
  const phase = (wanted: Submission['phase']) =>
    all.filter(({ submission }) => submission.phase === wanted);
  const chunks = phase('prefill');
  const longest = Math.max(...chunks.map(({ submission }) => submission.tokens));
  return {
    prefill: meanOf(chunks.filter(({ submission }) => submission.tokens === longest)),
    decode: meanOf(phase('decode')),
  };
}

/** What a kernel of one layer worked on: the mean of all layers. */
function workOf(
  { config, precision }: GpuModel,
  { cache, processed }: Run,
  { phase, tokens }: Submission,
  counts: Uint32Array,
  before: Uint32Array,
): Workload {
  const { layers } = config;
  let pairs = 0;
  for (let i = phase === 'prefill' ? 0 : 1; i < counts.length; i += 2)
    pairs += counts[i] - before[i];
  // The first query of a chunk saw further back than the newest does.
  const seen = (slots: number) => Math.min(processed, slots - cache.beside.entries + tokens - 1);
  const entries = cache.state().slots.reduce((sum, slots) => sum + seen(slots), 0);
  const elementBytes = precision === 'f16' ? 2 : 4;
  return { tokens, pairs: pairs / layers, entries: entries / layers, elementBytes };
}

function timeOf({ constants, ...record }: KernelRecord, work: Workload): KernelTime {
  const cost = costOf(record.kernel, constants, work);
  const { dispatches } = record;
  return {
    ...record,
    flops: cost && cost.flops * dispatches,
    bytes: cost && cost.bytes * dispatches,
  };
}

/** Means over submissions, in the order of the kernels' first use; a kernel may run in some of them only. */
function meanOf(timed: Timed[]): KernelTimes {
  const sums = new Map<string, KernelTime>();
  for (const kernel of timed.flatMap(({ kernels }) => kernels)) {
    const sum = sums.get(kernel.name);
    sums.set(kernel.name, sum ? added(sum, kernel) : kernel);
  }
  const { length } = timed;
  const share = (value: number | null) => value && value / length;
  return {
    tokens: timed[0]?.submission.tokens ?? 0,
    submissions: length,
    kernels: Array.from(sums.values(), ({ dispatches, ms, flops, bytes, ...names }) => ({
      ...names,
      dispatches: dispatches / length,
      ms: ms / length,
      flops: share(flops),
      bytes: share(bytes),
    })),
  };
}

function added(one: KernelTime, other: KernelTime): KernelTime {
  const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
  return {
    ...one,
    dispatches: one.dispatches + other.dispatches,
    ms: one.ms + other.ms,
    flops: sum(one.flops, other.flops),
    bytes: sum(one.bytes, other.bytes),
  };
}
