import { expect, it } from 'vitest';
import { runMemory, totalOf } from './memory-plan';
import { Run } from './run';
import { GREEDY, randomModel, testConfig, testStrategy } from './testing';

it.each([true, false])(
  'tells within 2 % what a run will allocate, inspected: %s',
  async (inspect) => {
    const config = testConfig({ headDim: 8, hiddenSize: 24, heads: 4, kvHeads: 2 });
    const { model } = await randomModel(config, 3);
    const created: { label: string; size: number }[] = [];
    const { createBuffer } = model.device;
    model.device.createBuffer = (descriptor) => {
      created.push({ label: descriptor.label ?? '', size: descriptor.size });
      return createBuffer.call(model.device, descriptor);
    };
    const ids = Array.from({ length: 900 }, (_, i) => i % config.vocabSize);
    const options = { ids, strategy: testStrategy(), sampling: GREEDY, maxTokens: 100, inspect };
    const run = await Run.create(model, options);
    const found = created
      .filter(({ label }) => label.startsWith('Run: ') && !label.includes('logits of the answer'))
      .reduce((sum, { size }) => sum + size, 0);
    const { kv, work, inspection } = runMemory(config, 1000, 1000, 4);
    const planned = totalOf([...kv, ...work, ...(inspect ? inspection : [])]);
    run.destroy();
    model.destroy();
    expect(Math.abs(planned - found) / found).toBeLessThan(0.02);
  },
);
