/** Streaming perplexity, the speed of kernels, and the roofline, on one random model. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuModel } from '../engine/gpu-model';
import { randomModel, testConfig } from '../engine/testing';
import { measureRoofline } from '../gpu/roofline';
import { lookUp, randomStream } from '../reference/random-model';
import { surprisals } from '../reference/surprisal';
import { DENSE, forward } from '../reference/transformer';
import { choiceFrom } from '../strategies/presets';
import { bench } from './bench';
import type { ModelSlot } from './model-slot';
import { perplexity } from './perplexity';
import type { PerplexityEvent, PerplexityRequest } from './perplexity-types';
import { RunControl } from './run-control';

const config = testConfig({ heads: 4, kvHeads: 2, hiddenSize: 28 });
const next = randomStream(6);
const ids = Array.from({ length: 96 }, () => Math.floor(Math.abs(next()) * config.vocabSize));

let model: GpuModel;
let weights: Map<string, Float32Array>;
let slot: ModelSlot;
beforeAll(async () => {
  ({ model, weights } = await randomModel(config, 8));
  const checkpoint = { name: 'random', config, tokenizer: null };
  slot = { model, checkpoint, adapter: { name: 'test' } } as unknown as ModelSlot;
});
afterAll(() => model.destroy());

describe('streaming perplexity', () => {
  const WINDOW = choiceFrom('window', ['cache.recent=24']);
  const SINKS = choiceFrom('streaming-llm', ['cache.sinks=3', 'cache.recent=21']);

  function measure(change: Partial<PerplexityRequest>, hear = (_: PerplexityEvent) => {}) {
    const control = new RunControl(() => {});
    const events: PerplexityEvent[] = [];
    const request = { text: { ids }, prompt: 10, strategies: [choiceFrom('dense', [])], ...change };
    const host = {
      slot: () => slot,
      haystacks: '',
      control,
      emit: (event: PerplexityEvent) => {
        events.push(event);
        hear(event);
        if (stopAt !== null && events.length > stopAt) control.stop();
      },
      overLostDevices: (work: () => Promise<void>) => work(),
    };
    return { result: perplexity(host, request), events };
  }
  let stopAt: number | null = null;

  it('agrees with the reference for dense attention, a window, and sinks with a window', async () => {
    const strategies = [choiceFrom('dense', []), WINDOW, SINKS];
    const { result, events } = measure({ strategies });
    const { runs, stopped } = await result;
    expect(stopped).toBe(false);
    const windows = [
      DENSE,
      { ...DENSE, recent: 24 },
      { ...DENSE, sinks: 3, recent: 21, positions: 'reindexed' as const },
    ];
    for (const [index, window] of windows.entries()) {
      const { logits } = forward(config, lookUp(weights), ids, window);
      const expected = surprisals(logits, ids);
      const found = runs[index].surprisals;
      expect(found[0]).toBeNaN();
      for (let i = 1; i < ids.length; i++) {
        expect(Math.abs(found[i] - expected[i]), `token ${i}`).toBeLessThan(1e-3);
      }
    }
    // The window loses the first token, which the sinks keep.
    const [, window, sinks] = runs;
    const apart = (from: number, to: number) =>
      Math.max(...ids.slice(from, to).map((_, i) => differenceAt(from + i)));
    const differenceAt = (i: number) => Math.abs(window.surprisals[i] - sinks.surprisals[i]);
    expect(apart(1, 24)).toBeLessThan(1e-4);
    expect(apart(30, ids.length)).toBeGreaterThan(0.01);
    expect(runs.map(({ firstEviction }) => firstEviction)).toEqual([null, 24, 24]);
    expect(window.kvBytes).toBeLessThan(runs[0].kvBytes);
    expect(window.read).toBe(ids.length);

    // What was told on the way is the same.
    expect(events[0]).toEqual({ part: 'text', tokens: ids.length, prompt: 10 });
    const told = new Float32Array(ids.length);
    for (const event of events) {
      if (event.part === 'piece' && event.strategy === 1) told.set(event.surprisals, event.from);
    }
    expect(told).toEqual(window.surprisals);
  });

  it('stops, and keeps what it has', async () => {
    stopAt = 3;
    const { runs, stopped } = await measure({ strategies: [WINDOW, SINKS] }).result;
    stopAt = null;
    expect(stopped).toBe(true);
    expect(runs).toHaveLength(1);
    expect(runs[0].read).toBeGreaterThan(9);
    expect(runs[0].read).toBeLessThan(ids.length);
    expect(runs[0].surprisals[9]).toBeGreaterThan(0);
    expect(runs[0].surprisals[runs[0].read]).toBeNaN();
  });

  it('goes on after a strategy that cannot run; refuses a prompt longer than the text', async () => {
    const calibrated = choiceFrom('duo-attention', []);
    const { runs } = await measure({ strategies: [calibrated, SINKS] }).result;
    expect(runs[0].trouble?.what).toMatch(/needs/);
    expect(runs[1].trouble).toBeNull();
    expect(runs[1].read).toBe(ids.length);
    const refused = measure({ prompt: ids.length + 1 }).result;
    await expect(refused).rejects.toThrow('from 1 to 96');
  });
});

describe('the speed of kernels', () => {
  it('has a time for every kernel, and costs that add up', async () => {
    const dense = choiceFrom('dense', []);
    let reported = 0;
    const watch = { report: () => reported++, stopped: () => false };
    const request = { prompt: { ids }, strategy: dense, steps: 4 };
    const result = await bench(slot, request, null, watch);
    expect(reported).toBeGreaterThan(10);
    expect(result).toMatchObject({ promptTokens: ids.length, steps: 4 });
    expect(result?.decodeMs).toBeGreaterThan(0);
    expect(result?.traffic.prefill.bytesReadBack).toBe(4);
    expect(result?.traffic.decode.bytesReadBack).toBe(4);
    const { kernels } = result ?? {};
    if (!model.device.features.has('timestamp-query')) {
      expect(kernels).toBeNull();
      return;
    }
    const decode = kernels?.decode.kernels ?? [];
    const dispatches = decode.reduce((sum, kernel) => sum + kernel.dispatches, 0);
    expect(dispatches).toBe(result?.traffic.decode.dispatches);
    for (const kernel of [...decode, ...(kernels?.prefill.kernels ?? [])]) {
      expect(kernel.ms, kernel.name).toBeGreaterThanOrEqual(0);
      expect(kernel.bytes, kernel.name).toBeGreaterThan(0);
      expect(kernel.flops, kernel.name).toBeGreaterThanOrEqual(0);
    }
    expect(decode.reduce((sum, { ms }) => sum + ms, 0)).toBeGreaterThan(0);
    // The four steps that count are fed the tokens at 99 … 102, behind three that warm up.
    const held = (100 + 101 + 102 + 103) / 4;
    const attention = decode.find(({ name }) => name === 'attention/decode');
    const { layers, heads, headDim } = config;
    expect(attention?.flops).toBeCloseTo(layers * heads * held * (4 * headDim + 5), 3);
    // The longest chunk is that of 64 tokens behind the first 32.
    expect(kernels?.prefill.tokens).toBe(64);
  });

  it('is null where it was stopped, and refuses no steps', async () => {
    const request = { prompt: { ids }, strategy: choiceFrom('dense', []), steps: 4 };
    const watch = { report: () => {}, stopped: () => true };
    expect(await bench(slot, request, null, watch)).toBeNull();
    const none = bench(slot, { ...request, steps: 0 }, null, watch);
    await expect(none).rejects.toThrow('decode steps');
  });
});

it('measures what the adapter can do at best', async () => {
  const { bytesPerSecond, flopsPerSecond } = await measureRoofline(model.device);
  // From a processor that computes in software to a data centre's GPU.
  expect(bytesPerSecond).toBeGreaterThan(1e7);
  expect(bytesPerSecond).toBeLessThan(1e14);
  expect(flopsPerSecond).toBeGreaterThan(1e7);
  expect(flopsPerSecond).toBeLessThan(1e16);
});
