import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NEVER_EVICTED } from '../engine/inspection';
import { defaultPrompt } from '../needle/default-prompt';
import { choiceFrom } from '../strategies/presets';
import { EngineHost } from './engine-host';
import type { EngineEvent, HeadScores, RunRequest } from './protocol';

const page = new URL('/', location.href).href;
/** Tokens of a prompt, and what a window keeps of it beside four sinks: the needle is not among them. */
const LENGTH = 128;
const RECENT = 28;
let events: EngineEvent[] = [];
let vocabSize = 0;
const host = new EngineHost((event) => events.push(event), `${page}haystacks/`);

function request(changes: Partial<RunRequest> = {}): RunRequest {
  return {
    prompt: { ...defaultPrompt(0), length: LENGTH },
    strategy: choiceFrom('dense', []),
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    maxTokens: 24,
    inspect: true,
    ...changes,
  };
}

const tokensOf = (batch: EngineEvent[]) =>
  batch.flatMap((event) => (event.type === 'token' ? [event.id] : []));

/** Devices that the host took, so that a test can take one away as a crash would. */
const devices: GPUDevice[] = [];
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};

function expectSameScores(after: HeadScores, before: HeadScores): void {
  after.sink.forEach((score, i) => {
    expect(score).toBeCloseTo(before.sink[i], 5);
  });
}

describe('the engine behind the page', () => {
  beforeAll(async () => {
    const info = await host.load({
      source: { kind: 'url', url: `${page}models/needle-2.4m/` },
      precision: 'f32',
    });
    vocabSize = info.vocabSize;
    expect(info.adapter.name).toMatch(/swiftshader/i);
  });
  beforeEach(() => {
    events = [];
  });

  it('finds the needle with dense attention and reports every token', async () => {
    const result = await host.run(request());
    expect(result.correct).toBe(true);
    expect(result.promptTokens).toBe(LENGTH);
    expect(tokensOf(events)).toEqual(result.generated);
    expect(result.kvBytes.end).toBe(result.kvBytes.dense);
    const { steps, copy, retrieval, retrievalCounted, windowed } = await host.heads();
    expect(steps).toBe(result.generated.length);
    expect(retrievalCounted).toBe(true);
    // The embedded model retrieves in layer 5 of its nine, of four heads each.
    const best = (scores: Float32Array | null, layer: number) =>
      Math.max(...(scores?.slice(4 * layer, 4 * layer + 4) ?? []));
    for (const scores of [copy, retrieval]) {
      const layers = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((layer) => best(scores, layer) > 0.3);
      expect(layers).toEqual([5]);
    }
    expect([...windowed]).toEqual(new Array(18).fill(0));
  });

  it('loses it under StreamingLLM, and knows which tokens left', async () => {
    const strategy = choiceFrom('streaming-llm', [`cache.recent=${RECENT}`]);
    const result = await host.run(request({ strategy }));
    expect(result.correct).toBe(false);
    expect(result.kvBytes.end).toBeLessThan(result.kvBytes.dense / 2);
    const evicted = await host.evictedAt(1, 1);
    const last = evicted.length - 1;
    const kept = [...evicted.keys()].filter((position) => evicted[position] === NEVER_EVICTED);
    const recent = Array.from({ length: RECENT }, (_, i) => last - RECENT + 1 + i);
    const expected = [0, 1, 2, 3, ...recent];
    expect(kept).toEqual(expected);
    expect(evicted[4]).toBe(4 + RECENT);
    const { retrieval, retrievalCounted, windowed } = await host.heads();
    expect([retrieval, retrievalCounted]).toEqual([null, false]);
    expect([...windowed]).toEqual(new Array(18).fill(1));
  });

  it('stops within the run and keeps what was generated', async () => {
    const running = host.run(request({ maxTokens: 200, prompt: { ids: [0, 1431, 408] } }));
    setTimeout(() => host.stop(), 400);
    const result = await running;
    expect(result.stopReason).toBe('stopped');
    expect(result.generated.length).toBeLessThan(200);
  });

  it('pauses, steps one token, answers questions meanwhile, and goes on', async () => {
    const running = host.run(request({ maxTokens: 6, prompt: { ids: [0, 1431, 408, 969] } }));
    host.pause();
    const paused = async () => {
      while (!events.some((event) => event.type === 'state' && event.state === 'paused')) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      events = events.filter((event) => event.type !== 'state');
    };
    await paused();
    expect(tokensOf(events)).toHaveLength(0);
    host.step();
    await paused();
    expect(tokensOf(events)).toHaveLength(1);
    host.step();
    await paused();
    expect(tokensOf(events)).toHaveLength(2);
    const tile = await host.tile({
      layer: 0,
      head: 0,
      queries: [0, 5],
      keys: [0, 5],
      rows: 5,
      columns: 5,
      pooling: 'max',
    });
    expect(tile?.exact).toBe(true);
    host.resume();
    expect((await running).generated).toHaveLength(6);
  });

  it('replays to the same token when the device is lost in the middle of a run', async () => {
    const undisturbed = await host.run(request());
    const before = await host.heads();
    const running = host.run(request());
    const begun = events.length;
    while (tokensOf(events.slice(begun)).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    devices.at(-1)?.destroy();
    const result = await running;
    expect(result.generated).toEqual(undisturbed.generated);
    expect(tokensOf(events.slice(begun))).toEqual(undisturbed.generated);
    const device = events.filter((event) => event.type === 'device').map(({ state }) => state);
    expect(device).toEqual(['lost', 'restored']);
    const after = await host.heads();
    expectSameScores(after, before);
  });

  it('brings an idle run and its comparison back, so that their maps stay explorable', async () => {
    await host.run(request({ maxTokens: 2 }));
    await host.compare(choiceFrom('streaming-llm', [`cache.recent=${RECENT}`]), null);
    const before = await host.heads();
    const kept = await host.kept('compared');
    const { steps } = await host.divergence();
    devices.at(-1)?.destroy();
    while (!events.some((event) => event.type === 'device' && event.state === 'restored')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const after = await host.heads();
    expectSameScores(after, before);
    expect(await host.kept('compared')).toEqual(kept);
    const again = await host.divergence();
    again.steps.forEach(({ kl }, index) => {
      expect(kl).toBeCloseTo(steps[index].kl, 3);
    });
  });

  it('runs the prompt under a second strategy beside the run, and measures how far they are apart', async () => {
    const { ids } = await host.prepare({ ...defaultPrompt(0), length: LENGTH });
    const strategy = choiceFrom('streaming-llm', [`cache.recent=${RECENT}`]);
    const shown = await host.run(request({ strategy }));
    events = [];
    const compared = await host.compare(choiceFrom('dense', []), null);
    expect([shown.correct, compared.correct]).toEqual([false, true]);
    // Nothing of it looks like news of the run on screen.
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['compared']));
    const inside = events.flatMap((event) => (event.type === 'compared' ? [event.event] : []));
    expect(tokensOf(inside)).toEqual(compared.generated);
    const [kept, keptBeside] = [await host.kept('run'), await host.kept('compared')];
    expect(kept[0]).toHaveLength(4 + RECENT);
    expect(keptBeside[0]).toHaveLength(LENGTH + compared.generated.length - 1);

    const { firstDifference, answerTokens, steps } = await host.divergence();
    expect(firstDifference).toBe(
      shown.generated.findIndex((id, index) => id !== compared.generated[index]),
    );
    expect(answerTokens).toBe(shown.generated.length);
    expect(steps.map(({ id, topP }) => [id, topP])).toEqual(shown.generated.map((id) => [id, id]));
    expect(events.some((event) => event.type === 'divergence')).toBe(true);
    // Dense attention over the prompt and the first run's answer is what the second run was fed.
    const last = shown.generated.length - 1;
    const { top } = await host.logits([...ids, ...shown.generated.slice(0, last)], vocabSize);
    const sum = top.reduce((total, { logit }) => total + Math.exp(logit), 0);
    const own = top.find(({ id }) => id === shown.generated[last])?.logit ?? Number.NaN;
    expect(steps[last].topQ).toBe(top[0].id);
    expect(steps[last].logQ).toBeCloseTo(own - Math.log(sum), 3);
    expect(Math.max(...steps.map(({ kl }) => kl))).toBeGreaterThan(1);

    await host.endComparison();
    await expect(host.kept('compared')).rejects.toMatchObject({ trouble: { code: 'bad-input' } });
    expect(await host.kept('run')).toEqual(kept);
  });

  it('finds no difference between a strategy and itself', async () => {
    await host.run(request({ prompt: { ids: [0, 1431, 408, 969] }, maxTokens: 5 }));
    await host.compare(choiceFrom('dense', []), null);
    events = [];
    const { firstDifference, steps } = await host.divergence();
    expect(firstDifference).toBeNull();
    expect(steps).toHaveLength(5);
    for (const { kl } of steps) expect(kl).toBeCloseTo(0, 5);
    // Both were fed the same, so that nothing had to be read again.
    expect(events.filter(({ type }) => type === 'divergence')).toEqual([]);
  });

  it('stops a comparison, and refuses one that does not fit; the run stays', async () => {
    const shown = await host.run(request({ maxTokens: 2 }));
    const comparing = host.compare(choiceFrom('window', []), null);
    host.stop();
    expect((await comparing).stopReason).toBe('stopped');
    const { popErrorScope } = GPUDevice.prototype;
    GPUDevice.prototype.popErrorScope = async function () {
      await popErrorScope.call(this);
      return new GPUOutOfMemoryError('no room');
    };
    const refused = host.compare(choiceFrom('dense', []), null).finally(() => {
      GPUDevice.prototype.popErrorScope = popErrorScope;
    });
    await expect(refused).rejects.toMatchObject({
      trouble: {
        code: 'out-of-memory',
        what: expect.stringContaining('does not fit beside the first'),
      },
    });
    expect((await host.kept('run'))[0]).toHaveLength(LENGTH + shown.generated.length - 1);
  });

  /** Waits for progress of a calibration in the events so far and to come. */
  const calibrationBegun = async () => {
    while (!events.some((event) => event.type === 'calibrate' && event.done > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('calibrates after the end of the run, and stops', async () => {
    const running = host.run(request({ maxTokens: 200, prompt: { ids: [0, 1431, 408] } }));
    const calibrating = host.calibrate(['streaming-gates']);
    expect((await running).stopReason).toBe('stopped');
    await calibrationBegun();
    host.stop();
    expect(await calibrating).toBeNull();
    expect(events.at(-1)).toMatchObject({ type: 'calibrate', what: 'streaming gates' });
    expect((await host.run(request({ maxTokens: 2 }))).generated).toHaveLength(2);
  });

  it('calibrates on a new device where one is lost', async () => {
    const calibrating = host.calibrate(['streaming-gates']);
    await calibrationBegun();
    devices.at(-1)?.destroy();
    while (!events.some((event) => event.type === 'device' && event.state === 'restored')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    events = [];
    await calibrationBegun();
    host.stop();
    expect(await calibrating).toBeNull();
  });

  it('refuses a prompt longer than the context, and offers what goes on', async () => {
    const ids = Array.from({ length: 16385 }, () => 5);
    const refused = host.run(request({ prompt: { ids } }));
    await expect(refused).rejects.toMatchObject({
      trouble: {
        code: 'prompt-too-long',
        what: expect.stringContaining('1 more than'),
        actions: [{ do: 'use-preset' }, { do: 'set-length', length: 16384 }],
      },
    });
  });

  it('keeps the model when another one fails to load', async () => {
    const missing = host.load({
      source: { kind: 'url', url: `${page}models/nothing/` },
      precision: 'f32',
    });
    await expect(missing).rejects.toMatchObject({
      trouble: { code: expect.stringMatching(/^model-/) },
    });
    expect((await host.logits([0, 1431], 3)).top).toHaveLength(3);
  });
});
