import { completePlan, type WishedPlan } from './check-plan';
import type { SampleId, SampleOutcome, SampleResult, SweepPlan } from './plan';
import { parseStrategy } from './strategy-title';

/** A small plan for tests. */
export function testPlan(change: Partial<WishedPlan> = {}): SweepPlan {
  return completePlan({
    model: { name: 'tiny', parameters: 1000, precision: 'f32', calibration: null },
    haystack: { id: 'stories' },
    task: { id: 'single-needle', values: {} },
    lengths: [128, 256],
    depths: [0, 50],
    strategies: [parseStrategy('dense'), parseStrategy('window:cache.recent=32')],
    samples: 2,
    seed: 1,
    ...change,
  });
}

/** What a run might have given. */
export function testResult(change: Partial<SampleResult> = {}): SampleResult {
  return {
    correct: true,
    score: 1,
    answer: 'The code is 12345.',
    expected: '12345',
    promptTokens: 128,
    realisedDepth: 48,
    held: 1,
    kvBytes: { peak: 2000, end: 1000, dense: 3000 },
    density: 1,
    prefillMs: 100,
    decodeMs: 90,
    generated: 10,
    adapter: 'test',
    ...change,
  };
}

export function testOutcome(
  id: Partial<SampleId>,
  change: Partial<SampleResult> = {},
): SampleOutcome {
  return { strategy: 0, length: 128, depth: 0, sample: 0, ...id, result: testResult(change) };
}
