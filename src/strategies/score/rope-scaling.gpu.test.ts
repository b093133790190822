import { expect, it } from 'vitest';
import { Run } from '../../engine/run';
import { GREEDY, randomModel, testConfig, testStrategy } from '../../engine/testing';
import { ropeScaling } from './rope-scaling';

it('reads a text that is longer than the model’s context, which the trained angles refuse', async () => {
  const config = testConfig({ contextLength: 40 });
  const { model } = await randomModel(config, 5);
  const ids = Array.from({ length: 41 }, (_, i) => i);
  const values = { method: 'linear', factor: 2, trained: 40 };
  const create = (score: Parameters<typeof testStrategy>[1]) =>
    Run.create(model, {
      ids,
      strategy: testStrategy({}, score),
      sampling: GREEDY,
      maxTokens: 3,
      inspect: false,
    });
  await expect(create({})).rejects.toMatchObject({ trouble: { code: 'prompt-too-long' } });
  const run = await create(ropeScaling.build(values, config, null));
  while (!run.promptRead) await run.readChunk();
  await run.decodeToken();
  expect(run.processed).toBe(42);
  run.destroy();
  model.destroy();
});
