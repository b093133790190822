import { afterEach, describe, expect, it, vi } from 'vitest';
import { Run } from './run';
import { GREEDY, randomModel, testConfig, testStrategy } from './testing';

/** Everything that makes a GPU object that outlives a submission. */
const CREATORS = [
  'createBuffer',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createShaderModule',
  'createTexture',
  'createQuerySet',
] as const;

describe('the decode loop', () => {
  afterEach(() => vi.restoreAllMocks());

  for (const inspect of [false, true]) {
    it(`creates nothing, submits once a token, in one pass (inspect ${inspect})`, async () => {
      const config = testConfig({ layers: 3 });
      const { model } = await randomModel(config, 8);
      const strategy = testStrategy({ sinks: 2, recent: 20, positions: 'reindexed' });
      const options = { ids: [0, 1, 2, 3], strategy, sampling: GREEDY, maxTokens: 60, inspect };
      const measured = await Run.create(model, options);
      while (!measured.promptRead) await measured.readChunk();

      const created = CREATORS.map((name) => vi.spyOn(model.device, name));
      const submit = vi.spyOn(model.device.queue, 'submit');
      const beginPass = vi.spyOn(GPUCommandEncoder.prototype, 'beginComputePass');
      const dispatch = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
      const copy = vi.spyOn(GPUCommandEncoder.prototype, 'copyBufferToBuffer');
      const tokens = 50;
      for (let i = 0; i < tokens; i++) await measured.decodeToken();

      for (const spy of created) expect(spy).not.toHaveBeenCalled();
      expect(submit).toHaveBeenCalledTimes(tokens);
      expect(beginPass).toHaveBeenCalledTimes(tokens);
      // Embedding, output and draw; marking evictions and capturing only while someone inspects.
      const perLayer = inspect ? 8 : 7;
      const others = inspect ? 4 : 3;
      expect(dispatch).toHaveBeenCalledTimes(tokens * (config.layers * perLayer + others));
      expect(copy).toHaveBeenCalledTimes(tokens);
      for (const call of copy.mock.calls) expect(call[4]).toBe(4);
      measured.destroy();
      model.destroy();
    });
  }
});
