import { describe, expect, test } from 'vitest';
import { positionsOf, randomIds, readRun, tinyModel } from '../../testing';
import { adaKv, adaptiveSets } from './ada-kv';
import { snapKv } from './snapkv';

describe('sets of the heads', () => {
  const scores = [
    [0.9, 0.8, 0.7, 0.1],
    [0.3, 0.2, 0.1, 0.05],
  ];

  test.each([
    [0, [[0, 1, 2], [0]]],
    [0.5, [[0, 1, 2], [0]]],
    [
      1,
      [
        [0, 1],
        [0, 1],
      ],
    ],
  ])('floor %d', (floor, sets) => {
    expect(adaptiveSets(scores, 2, floor)).toEqual(sets);
  });

  test('the safeguard holds against any scores, and the floor is rounded down', () => {
    const low = [
      [9, 9, 9, 9],
      [0, 0.1, 0, 0],
    ];
    expect(adaptiveSets(low, 2, 0)).toEqual([[0, 1, 2, 3], []]);
    expect(adaptiveSets(low, 2, 0.5)).toEqual([[1, 2, 3], [1]]);
    expect(adaptiveSets(low, 2, 0.49)).toEqual([[0, 1, 2, 3], []]);
  });

  test('among equals the newer entry wins, then the later head', () => {
    expect(
      adaptiveSets(
        [
          [1, 1, 1],
          [1, 1, 1],
        ],
        1,
        0,
      ),
    ).toEqual([[2], [2]]);
    expect(
      adaptiveSets(
        [
          [1, 1, 2],
          [1, 1, 2],
          [1, 1, 0],
        ],
        1,
        0,
      ),
    ).toEqual([[2], [2], [1]]);
  });
});

describe('Ada-KV', () => {
  const shape = { layers: 2, heads: 4, kvHeads: 2, headDim: 4 };
  const model = tinyModel();
  const ids = randomIds(40, model.config);
  const values = {
    budget: 12,
    window: 4,
    kernel: 3,
    pooling: 'average',
    protocol: 'prompt',
  } as const;

  test('heads differ, the total of a layer does not', () => {
    const run = readRun(model, { cache: adaKv({ ...values, floor: 0.25 }, shape) }, ids);
    const held = run.entries.map((lists) => lists.map((list) => list.length));
    for (const [first, second] of held) {
      expect(first + second).toBe(24);
      expect(Math.min(first, second)).toBeGreaterThanOrEqual(4 + 2);
    }
    expect(held.some(([first, second]) => first !== second)).toBe(true);
    for (const list of positionsOf(run).flat()) expect(list.slice(-4)).toEqual([36, 37, 38, 39]);
  });

  test('floor 1 is SnapKV', () => {
    const ada = readRun(model, { cache: adaKv({ ...values, floor: 1 }, shape) }, ids);
    const snap = readRun(model, { cache: snapKv(values, shape) }, ids);
    expect(positionsOf(ada)).toEqual(positionsOf(snap));
  });
});
