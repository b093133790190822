import { expect, test } from 'vitest';
import { describeLoad } from './load-progress';

const loading = { title: 'x', note: null, begunAt: 1000, doneBefore: 100e6, progress: null };

test('says what is fetched, how much, how fast and how long still', () => {
  const progress = { type: 'load', phase: 'download', done: 150e6, total: 200e6 } as const;
  const named = { ...progress, file: 'model.safetensors' };
  // 50 MB in five seconds; what was here before does not count.
  expect(describeLoad({ ...loading, progress: named }, 6000)).toBe(
    'fetching model.safetensors: 150 MB of 200 MB, 10 MB/s, 5 s left',
  );
  const read = { ...progress, phase: 'read', done: 200e6 } as const;
  expect(describeLoad({ ...loading, progress: read }, 1100)).toBe(
    'reading the weights: 200 MB of 200 MB',
  );
  expect(describeLoad(loading, 0)).toBe('starting …');
});
