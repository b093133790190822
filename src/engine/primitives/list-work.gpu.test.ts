import { describe, expect, it } from 'vitest';
import { topIndices } from '../../reference/methods/top-k';
import { randomStream } from '../../reference/random-model';
import { runKernel } from '../run-kernel';
import { EXTEND_LIST, RECYCLE } from './list-work';
import { MEASURE, SELECT_LIST } from './selectors';
import { layerUniform, listBuffer, listsIn, testStep } from './testing-decode';

const next = randomStream(71);
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const ALL = 0xffffffff;

describe('to-list', () => {
  it('leaves the list of a row whose length is KEEP as it is', async () => {
    const { lists } = await runKernel(SELECT_LIST, {
      constants: { MEASURE: MEASURE.count, THREADS: 256, VALUE_STRIDE: 4, LIST_STRIDE: 3 },
      inputs: {
        values: Float32Array.of(1, 3, 2, 0, 1, 3, 2, 0),
        sizes: Uint32Array.of(ALL, 2, 4, 2),
        lists: listBuffer([[7, 8, 9], [5]], 3),
      },
      outputs: ['lists'],
      workgroups: [2, 1],
    });
    expect(listsIn(lists, 3)).toEqual([
      [7, 8, 9],
      [1, 2],
    ]);
  });
});

describe('extend-list', () => {
  const [CHOSEN, LIST] = [140, 170];

  it.each([
    // What was chosen, what is expected of 160 slots, and of 9.
    {
      unit: 1,
      tail: 1,
      chosen: [
        [3, 8],
        [0, 8],
      ],
      expected: [
        [3, 8, 160],
        [0, 8, 9],
      ],
    },
    { unit: 1, tail: 1, chosen: [[2, 160], [9]], expected: [[2, 160], [9]] },
    {
      unit: 1,
      tail: 5,
      chosen: [[3, 90], [4]],
      expected: [[3, 90, ...range(156, 161)], range(4, 10)],
    },
    {
      unit: 1,
      tail: 5,
      chosen: [[158], [0, 1]],
      expected: [
        [158, 159, 160],
        [0, 1, ...range(5, 10)],
      ],
    },
    { unit: 16, tail: ALL, chosen: [[0, 4, 8], [0]], expected: [[0, 4, 8, 9, 10], [0]] },
    { unit: 48, tail: ALL, chosen: [[3], []], expected: [[3], [0]] },
    // All of a window was chosen, and its pages became fewer.
    { unit: 16, tail: ALL, chosen: [range(0, 10), range(0, 3)], expected: [range(0, 11), [0]] },
    { unit: 1, tail: ALL, chosen: [range(0, 130), []], expected: [range(0, 161), range(0, 10)] },
  ])('%j', async ({ unit, tail, chosen, expected }) => {
    const step = testStep({ heads: 6, kvHeads: [{ slots: 160 }, { slots: 9 }], headDim: 4 }, next);
    const { extended } = await runKernel(EXTEND_LIST, {
      constants: {
        ...step.constants,
        CHOSEN_STRIDE: CHOSEN,
        LIST_STRIDE: LIST,
        LIST_GROUP: 3,
        LIST_UNIT: unit,
        TAIL: tail,
      },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        layer: layerUniform(1),
        chosen: listBuffer(chosen, CHOSEN),
        extended: listBuffer([[], []], LIST),
      },
      outputs: ['extended'],
      workgroups: [2, 1],
    });
    expect(listsIn(extended, LIST)).toEqual(expected);
  });
});

describe('recycle', () => {
  /** A full step over `slots` entries of two heads, then steps that each add one. */
  async function recycleSteps(take: number, slots: number[], steps: number, levels: number) {
    const stride = Math.max(...slots) + steps;
    const weights = new Float32Array(2 * stride).fill(9);
    const ranked = slots.map((count) =>
      range(0, count).map(() => Math.floor(Math.abs(next()) * levels) / levels),
    );
    ranked.forEach((own, row) => {
      weights.set(own, row * stride);
    });
    let lists = listBuffer(
      ranked.map((own) => topIndices(own, take)),
      take,
    );
    let values = weights;
    for (let added = 1; added <= steps; added++) {
      const kvHeads = slots.map((count) => ({ slots: count + added - 1 }));
      const step = testStep({ heads: 4, kvHeads, headDim: 4 }, next);
      const result = await runKernel(RECYCLE, {
        constants: {
          ...step.constants,
          THREADS: 64,
          TAKE: take,
          VALUE_STRIDE: stride,
          LIST_STRIDE: take + 3,
          CHECKED: added % 2,
        },
        frame: step.cache.frame,
        cacheTable: step.cache.cacheTable,
        inputs: {
          layer: layerUniform(1),
          // Open where that is not to be asked.
          gate: Uint32Array.of(added % 2 ? 0 : 1),
          lists,
          weights: values,
          selected: listBuffer([[], []], take + 3),
        },
        outputs: ['lists', 'weights', 'selected'],
        workgroups: [2, 1],
      });
      lists = new Uint32Array(result.lists);
      values = new Float32Array(result.weights);
      const expected = ranked.map((own) => [
        ...topIndices(own, take - added),
        ...range(own.length + added - Math.min(take, added), own.length + added),
      ]);
      expect(listsIn(result.selected, take + 3), `${added} added`).toEqual(expected);
      expect(listsIn(result.lists, take), `${added} added`).toEqual(expected);
    }
  }

  it('replaces the lowest-ranked one by one', () => recycleSteps(70, [300, 150], 4, 1e6));
  it('drops older ones among equals', () => recycleSteps(9, [40, 31], 5, 3));
  it('fills up first where there are few', () => recycleSteps(6, [4, 20], 5, 1e6));
  it('ends with the newest', () => recycleSteps(3, [20, 2], 5, 1e6));
  it('holds one', () => recycleSteps(1, [5, 1], 2, 1e6));

  it('reads everything, and leaves the lists, when they were just made', async () => {
    const kvHeads = [{ slots: 99 }, { slots: 0 }];
    const step = testStep({ heads: 4, kvHeads, headDim: 4 }, next);
    const lists = listBuffer([[1, 2, 3], [0]], 3);
    const weights = new Float32Array(200).fill(0.5);
    const result = await runKernel(RECYCLE, {
      constants: {
        ...step.constants,
        THREADS: 64,
        TAKE: 3,
        VALUE_STRIDE: 100,
        LIST_STRIDE: 100,
        CHECKED: 1,
      },
      frame: step.cache.frame,
      cacheTable: step.cache.cacheTable,
      inputs: {
        layer: layerUniform(1),
        gate: Uint32Array.of(1),
        lists,
        weights,
        selected: listBuffer([[], []], 100),
      },
      outputs: ['lists', 'weights', 'selected'],
      workgroups: [2, 1],
    });
    expect(listsIn(result.selected, 100)).toEqual([range(0, 100), [0]]);
    expect(new Uint32Array(result.lists)).toEqual(lists);
    expect(new Float32Array(result.weights)).toEqual(weights);
  });
});
