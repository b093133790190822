import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { SampleRequest } from '../needle/sweep/run-sweep';
import { taskFrom } from '../needle/tasks/registry';
import { choiceFrom } from '../strategies/presets';
import { EngineHost } from './engine-host';
import type { EngineEvent, RunRequest } from './protocol';

const page = new URL('/', location.href).href;
let events: EngineEvent[] = [];
const host = new EngineHost((event) => events.push(event), `${page}haystacks/`);

const PROMPT = { ...defaultPrompt(0), length: 96, task: taskFrom('single-needle', []) };
const sampleOf = (change: Partial<SampleRequest> = {}): SampleRequest => ({
  prompt: PROMPT,
  strategy: choiceFrom('dense', []),
  calibration: null,
  maxTokens: 24,
  ...change,
});
const SHOWN: RunRequest = {
  prompt: { ids: [0, 1431, 408, 969] },
  strategy: choiceFrom('dense', []),
  sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
  maxTokens: 3,
  inspect: true,
};

/** Devices that the host took, so that a test can take one away as a crash would. */
const devices: GPUDevice[] = [];
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};

describe('a sample', () => {
  beforeAll(async () => {
    await host.load({
      source: { kind: 'url', url: `${page}models/needle-2.4m/` },
      precision: 'f32',
    });
    await host.run(SHOWN);
  });
  beforeEach(() => {
    events = [];
  });

  it('answers as a run would, beside the run on screen and without a word', async () => {
    const kept = await host.kept('run');
    const sample = await host.sample(sampleOf());
    expect(events).toEqual([]);
    expect(await host.kept('run')).toEqual(kept);
    const run = await host.run({ ...SHOWN, prompt: PROMPT, maxTokens: 24 });
    expect(sample).toMatchObject({
      correct: run.correct,
      score: run.score,
      answer: run.answer,
      expected: run.expected,
      promptTokens: 96,
      held: 1,
      kvBytes: run.kvBytes,
      density: 1,
      generated: run.generated.length,
    });
    expect(sample?.prefillMs).toBeGreaterThan(0);
  });

  it('tells how much of the needle the cache still held', async () => {
    const strategy = choiceFrom('streaming-llm', ['cache.recent=16', 'cache.sinks=4']);
    const dropped = await host.sample(sampleOf({ strategy }));
    expect(dropped).toMatchObject({ correct: false, held: 0 });
    // Of the needle at the very beginning, the sinks hold the tokens after the model's first.
    const { needleSpan } = await host.prepare({ ...PROMPT, depth: 0 });
    const [from, to] = needleSpan ?? [0, 0];
    expect(from).toBe(1);
    const sinks = await host.sample(sampleOf({ strategy, prompt: { ...PROMPT, depth: 0 } }));
    expect(sinks?.held).toBeCloseTo(3 / (to - from), 9);
  });

  it('gives way: to what is under way, to what is asked for meanwhile, and to Stop', async () => {
    const order: string[] = [];
    const running = host.run(SHOWN).then(() => order.push('run'));
    const waiting = host.sample(sampleOf({ maxTokens: 1 })).then((result) => {
      order.push('sample');
      return result;
    });
    await Promise.all([running, waiting]);
    expect(order).toEqual(['run', 'sample']);
    expect(await waiting).not.toBeNull();

    const cut = host.sample(sampleOf());
    await new Promise((resolve) => setTimeout(resolve, 30));
    const [result] = await Promise.all([cut, host.run(SHOWN)]);
    expect(result).toBeNull();

    const stopped = host.sample(sampleOf());
    await new Promise((resolve) => setTimeout(resolve, 30));
    host.stopSample();
    expect(await stopped).toBeNull();

    const paused = host.run(SHOWN);
    host.pause();
    const behind = host.sample(sampleOf());
    host.stopSample();
    expect(await behind).toBeNull();
    host.stop();
    await paused;
  });

  it('begins anew where the device is lost on the way', async () => {
    await host.run(SHOWN);
    const before = await host.sample(sampleOf());
    const sampled = host.sample(sampleOf());
    setTimeout(() => devices[devices.length - 1].destroy(), 60);
    const after = await sampled;
    expect(events.some((event) => event.type === 'device' && event.state === 'restored')).toBe(
      true,
    );
    expect(after).toMatchObject({ answer: before?.answer, held: 1, kvBytes: before?.kvBytes });
    expect((await host.kept('run'))[0].length).toBeGreaterThan(3);
  });

  it('refuses what a run would refuse', async () => {
    const short = host.sample(sampleOf({ prompt: { ...PROMPT, length: 20 } }));
    await expect(short).rejects.toMatchObject({ trouble: { code: 'bad-input' } });
    const both = host.sample(sampleOf({ strategy: choiceFrom('h2o', ['decode=quest']) }));
    await expect(both).rejects.toMatchObject({ trouble: { code: 'bad-input' } });
  });
});
