import { describe, expect, test } from 'vitest';
import { TroubleError } from '../../trouble';
import { sampleKey, samplesOf } from './order';
import type { SampleOutcome } from './plan';
import { remainingSamples, runSweep, type SampleRequest, type SweepHost } from './run-sweep';
import { testOutcome, testPlan, testResult } from './testing';

const PLAN = testPlan();
const ALL = samplesOf(PLAN);

function sweep(change: Partial<SweepHost> = {}, had: SampleOutcome[] = []) {
  const stored: SampleOutcome[] = [];
  const asked: SampleRequest[] = [];
  const host: SweepHost = {
    stopped: () => false,
    ...change,
    runSample: async (request) => {
      asked.push(request);
      return change.runSample ? await change.runSample(request) : testResult();
    },
  };
  const store = { add: async (outcome: SampleOutcome) => void stored.push(outcome) };
  const ended = runSweep(PLAN, remainingSamples(PLAN, had), null, store, host);
  return { stored, asked, ended };
}

const trouble = (code: 'bad-input' | 'device-lost' | 'internal') =>
  new TroubleError(code, `A ${code}.`, 'Do something.');

describe('a sweep', () => {
  test('asks every sample in order and stores each at once', async () => {
    const seen: string[] = [];
    const { stored, asked, ended } = sweep({
      began: (id) => seen.push(`began ${sampleKey(id)}`),
      ended: (outcome) => seen.push(`ended ${sampleKey(outcome)}`),
    });
    await ended;
    expect(stored.map(sampleKey)).toEqual(ALL.map(sampleKey));
    expect(seen).toEqual(ALL.flatMap((id) => [`began ${sampleKey(id)}`, `ended ${sampleKey(id)}`]));
    expect(asked[1].strategy).toEqual(PLAN.strategies[1].choice);
    expect(asked[1].prompt).toEqual(asked[0].prompt);
    expect(remainingSamples(PLAN, stored)).toEqual([]);
  });

  test('stopped and resumed, it asks nothing twice and ends with the same', async () => {
    let left = 5;
    const first = sweep({ stopped: () => left-- <= 0 });
    await first.ended;
    expect(first.stored).toHaveLength(5);
    const second = sweep({}, first.stored);
    await second.ended;
    const both = [...first.stored, ...second.stored].map(sampleKey);
    expect(both.sort()).toEqual(ALL.map(sampleKey).sort());
  });

  test('a sample that Stop cut off is not stored', async () => {
    let stop = false;
    const { stored, ended } = sweep({
      stopped: () => stop,
      runSample: async () => {
        stop = true;
        return null;
      },
    });
    await ended;
    expect(stored).toEqual([]);
  });

  test('a sample that somebody else’s run cut off is asked again', async () => {
    let cut = 2;
    const { stored, asked, ended } = sweep({
      runSample: async () => (cut-- > 0 ? null : testResult()),
    });
    await ended;
    expect(stored).toHaveLength(ALL.length);
    expect(asked).toHaveLength(ALL.length + 2);
  });

  test('a refusal is stored as such, and the others go on', async () => {
    const { stored, ended } = sweep({
      runSample: async ({ prompt }) => {
        if (prompt.length === 256) throw trouble('bad-input');
        return testResult();
      },
    });
    await ended;
    expect(stored).toHaveLength(ALL.length);
    const refused = stored.filter((outcome) => 'trouble' in outcome);
    expect(refused).toHaveLength(ALL.length / 2);
    expect(refused[0]).toMatchObject({ length: 256, trouble: { what: 'A bad-input.' } });
    // It would be refused again, so a resumed sweep does not ask.
    expect(remainingSamples(PLAN, stored)).toEqual([]);
  });

  test('a failure that may pass is asked again, at once and when the sweep is resumed', async () => {
    const { stored, asked, ended } = sweep({
      runSample: async ({ prompt }) => {
        if (prompt.depth === 50) throw trouble('internal');
        return testResult();
      },
    });
    await ended;
    expect(stored).toHaveLength(ALL.length);
    expect(asked).toHaveLength(ALL.length / 2 + 3 * (ALL.length / 2));
    expect(remainingSamples(PLAN, stored).every(({ depth }) => depth === 50)).toBe(true);
    expect(remainingSamples(PLAN, stored)).toHaveLength(ALL.length / 2);
  });

  test('a lost device repeats the sample; one that does not come back ends the sweep', async () => {
    let losses = 2;
    const back = sweep({
      runSample: async () => {
        if (losses-- > 0) throw trouble('device-lost');
        return testResult();
      },
    });
    await back.ended;
    expect(back.stored).toHaveLength(ALL.length);
    const gone = sweep({
      runSample: async () => {
        throw trouble('device-lost');
      },
    });
    await expect(gone.ended).rejects.toThrow('device-lost');
    expect(gone.stored).toEqual([]);
    expect(gone.asked).toHaveLength(3);
  });

  test('a store that cannot keep ends the sweep', async () => {
    const full = { add: () => Promise.reject(trouble('internal')) };
    const host: SweepHost = { stopped: () => false, runSample: async () => testResult() };
    await expect(runSweep(PLAN, ALL, null, full, host)).rejects.toThrow('internal');
  });

  test('more samples ask only what is new', () => {
    const had = ALL.map((id) => testOutcome(id));
    const more = remainingSamples({ ...PLAN, samples: 3 }, had);
    expect(more).toHaveLength(ALL.length / 2);
    expect(more.every(({ sample }) => sample === 2)).toBe(true);
  });
});
