import { expect, test } from 'vitest';
import { positionsOf, randomIds, readRun, tinyModel } from '../../testing';
import { DENSE, forward } from '../../transformer';
import { duo } from './duo';

const MODEL = tinyModel();
const IDS = randomIds(20, MODEL.config);

function run(retrieval: boolean[][], recent = 4) {
  return readRun(MODEL, { cache: duo({ retrieval, sinks: 2, recent }) }, IDS);
}

test('streaming heads keep sinks and window, retrieval heads all', () => {
  const all = [...Array(20).keys()];
  const streaming = [0, 1, 16, 17, 18, 19];
  expect(
    positionsOf(
      run([
        [true, false],
        [false, true],
      ]),
    ),
  ).toEqual([
    [all, streaming],
    [streaming, all],
  ]);
});

test('only streaming heads: sinks and window at original positions', () => {
  const found = run([
    [false, false],
    [false, false],
  ]);
  const wanted = forward(MODEL.config, MODEL.weights, IDS, { ...DENSE, sinks: 2, recent: 4 });
  expect(found.logits.length).toBe(23);
  wanted.logits[19].forEach((logit, i) => {
    expect(found.logits[i]).toBeCloseTo(logit, 12);
  });
});
