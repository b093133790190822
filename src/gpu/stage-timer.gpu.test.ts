import { describe, expect, it } from 'vitest';
import { testGpu } from '../engine/test-gpu';
import { GREEDY, randomModel, runToEnd, testConfig, testStrategy } from '../engine/testing';
import { randomStream } from '../reference/random-model';
import { StageTimer } from './stage-timer';

const { device } = await testGpu();
const timed = device.features.has('timestamp-query');

describe('the times of stages', () => {
  it.runIf(timed)('are positive where work was done, and change no token', async () => {
    const config = testConfig({ layers: 3, heads: 4, kvHeads: 2 });
    const { model } = await randomModel(config, 14);
    const next = randomStream(2);
    const ids = Array.from({ length: 400 }, () => Math.floor(Math.abs(next()) * config.vocabSize));
    const options = {
      ids,
      strategy: testStrategy(),
      sampling: GREEDY,
      maxTokens: 30,
      inspect: false,
    };
    const plain = await runToEnd(model, options);
    const run = await runToEnd(model, { ...options, timed: 'stages' });
    expect(plain.stageMs).toBeNull();
    expect(run.generated).toEqual(plain.generated);
    for (const phase of ['prefill', 'decode'] as const) {
      const stages = run.stageMs?.[phase];
      expect(stages?.model).toBeGreaterThan(0);
      expect(stages?.attention).toBeGreaterThan(0);
      // Nothing selects here, so that no pass is opened for it.
      expect(stages?.selection).toBe(0);
    }
    plain.destroy();
    run.destroy();
    model.destroy();
  });

  it('are null without timestamps', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const plain = await adapter?.requestDevice();
    expect(plain && StageTimer.create(plain)).toBeNull();
    plain?.destroy();
  });

  it.runIf(timed)('are added up by stage; passes beyond those planned go untimed', async () => {
    const timer = StageTimer.create(device, 2);
    if (!timer) throw new Error('The device has no timestamps.');
    const sums = { one: 1, two: 1 };
    for (let submission = 0; submission < 2; submission++) {
      const encoder = device.createCommandEncoder();
      for (const stage of ['two', 'two', 'one'] as const) {
        const timestampWrites = timer.next(stage);
        encoder.beginComputePass(timestampWrites && { timestampWrites }).end();
      }
      timer.resolve(encoder);
      device.queue.submit([encoder.finish()]);
      await timer.addTo(sums);
    }
    expect(sums.one).toBe(1);
    expect(sums.two).toBeGreaterThanOrEqual(1);
    timer.destroy();
  });
});
