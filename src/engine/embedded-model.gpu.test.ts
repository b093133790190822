import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBack } from '../gpu/read-back';
import { type Checkpoint, openCheckpoint } from '../model/checkpoint';
import { httpFiles } from '../model/http-files';
import reference from '../reference/embedded-model.json';
import { createGpuModel, type GpuModel } from './gpu-model';
import { testGpu } from './test-gpu';
import { GREEDY, runToEnd, testStrategy } from './testing';

/** `embedded-model.json` was computed with PyTorch from the same weights. */
describe('the embedded model agrees with PyTorch', () => {
  let checkpoint: Checkpoint;
  let model: GpuModel;

  beforeAll(async () => {
    const url = new URL('/models/needle-2.4m/', location.href).href;
    checkpoint = await openCheckpoint(httpFiles(url));
    model = await createGpuModel(await testGpu(), checkpoint, 'f32');
  });
  afterAll(() => model.destroy());

  for (const item of reference.items) {
    it(item.prompt.slice(0, 40), async () => {
      const ids = item.input_ids;
      const options = { ids, strategy: testStrategy(), sampling: GREEDY, inspect: false };
      const read = await runToEnd(model, { ...options, maxTokens: 0 });
      const bytes = model.config.vocabSize * 4;
      const logits = new Float32Array(await readBack(model.device, read.forward.logits, bytes));
      const top = Array.from(logits.keys())
        .sort((a, b) => logits[b] - logits[a])
        .slice(0, 10);
      expect(top).toEqual(item.top10_ids);
      top.forEach((id, rank) => {
        const expected = item.top10_logits[rank];
        expect(Math.abs(logits[id] - expected)).toBeLessThan(1e-3 * Math.abs(expected));
      });
      read.destroy();
      const run = await runToEnd(model, { ...options, maxTokens: 20 });
      expect(run.generated).toEqual(item.greedy_ids);
      run.destroy();
    });
  }
});
