import { expect, test } from 'vitest';
import type { MethodShape } from '../method';
import { aShape } from './a-shape';
import { blockSparse } from './block-sparse';
import { type HeadPattern, minference } from './minference';
import {
  keysOfRow,
  massRecall,
  needleView,
  pairsOf,
  randomView,
  SHAPE,
  slashView,
  viewOf,
  WIDE_HEAD,
} from './testing';
import { verticalSlash } from './vertical-slash';

const estimate = { queries: 8, sinks: 1, local: 2 };

test('each head of a layer follows its own pattern', () => {
  const view = randomView(SHAPE, 40);
  const patterns: HeadPattern[] = [
    { family: 'block-sparse', a: 2, b: 0 },
    { family: 'a-shape', a: 3, b: 4 },
    { family: 'vertical-slash', a: 5, b: 6 },
    { family: 'a-shape', a: 0, b: 1 },
  ];
  const unused: HeadPattern[] = patterns.map(() => ({ family: 'a-shape', a: 0, b: 2 }));
  const mixed = minference({ ...estimate, block: 8, patterns: [unused, patterns] }, SHAPE);
  const singles = [
    blockSparse({ block: 8, blocks: 2 }, SHAPE),
    aShape({ sinks: 3, local: 4 }),
    verticalSlash({ ...estimate, vertical: 5, slash: 6 }, SHAPE),
    aShape({ sinks: 0, local: 1 }),
  ];
  const second = { ...view, layer: 1 };
  singles.forEach((single, head) => {
    const rows = (method: typeof single) =>
      second.queries[head].map((_, row) => keysOfRow(method(second), second, row, head));
    expect(rows(mixed)).toEqual(rows(single));
  });
});

test('calibrated heads keep more weight than an A-shape of at least as many pairs', () => {
  const shape: MethodShape = { ...WIDE_HEAD, heads: 2, kvHeads: 2 };
  const slash = slashView(96, 30);
  const needle = needleView(96, 40);
  const view = viewOf([slash.queries[0], needle.queries[0]], [slash.keys[0], needle.keys[0]]);
  const patterns: HeadPattern[][] = [
    [
      { family: 'vertical-slash', a: 1, b: 8 },
      { family: 'vertical-slash', a: 8, b: 2 },
    ],
  ];
  const calibrated = minference({ ...estimate, block: 8, patterns }, shape);
  const uniform = aShape({ sinks: 1, local: 10 });
  expect(pairsOf(uniform, view).size).toBeGreaterThanOrEqual(pairsOf(calibrated, view).size);
  for (const head of [0, 1]) {
    const last = { head, count: 8 };
    const recall = massRecall(calibrated(view), view, shape, last);
    expect(recall).toBeGreaterThan(2 * massRecall(uniform(view), view, shape, last));
  }
});
