import { expect, it } from 'vitest';
import { randomStream } from '../../reference/random-model';
import { runKernel } from '../run-kernel';
import { KEEP_QUERIES } from './kept-queries';
import { testStep } from './testing-decode';

const next = randomStream(81);

it.each([
  { headDim: 4, rows: 7, pieces: [3, 9, 1, 2] },
  { headDim: 20, rows: 64, pieces: [5, 40] },
  { headDim: 12, rows: 1, pieces: [4, 1, 6] },
  { headDim: 128, rows: 10, pieces: [10, 25] },
])('keeps the newest queries: %j', async ({ headDim, rows, pieces }) => {
  const heads = 6;
  const expected = new Float32Array(heads * rows * headDim).fill(7);
  let kept = expected.slice();
  let position = 11;
  for (const tokens of pieces) {
    const step = testStep({ heads, kvHeads: [{ slots: 1 }, { slots: 1 }], headDim, tokens }, next);
    const result = await runKernel(KEEP_QUERIES, {
      constants: { ...step.constants, ROWS: rows },
      frame: { ...step.cache.frame, position },
      inputs: { qkv: step.inputs.qkv, kept },
      outputs: ['kept'],
      workgroups: [Math.ceil((heads * headDim) / 4 / 64), tokens],
    });
    kept = new Float32Array(result.kept);
    for (let token = 0; token < tokens; token++) {
      for (let head = 0; head < heads; head++) {
        const row = head * rows + ((position + token) % rows);
        expected.set(step.query(head, token), row * headDim);
      }
    }
    position += tokens;
    expect(kept).toEqual(expected);
  }
});
