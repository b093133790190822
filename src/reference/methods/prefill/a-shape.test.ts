import { expect, test } from 'vitest';
import { aShape } from './a-shape';
import { chunkOf, keysOfRow, ONE_HEAD, randomView } from './testing';
import { triShape } from './tri-shape';

const view = randomView(ONE_HEAD, 12);

test('sinks and the newest tokens, the query included', () => {
  const mask = aShape({ sinks: 2, local: 3 })(view);
  expect(keysOfRow(mask, view, 9)).toEqual([0, 1, 7, 8, 9]);
  expect(keysOfRow(mask, view, 3)).toEqual([0, 1, 2, 3]);
});

test('the window moves with the place in the text, not with the row of the chunk', () => {
  const chunk = chunkOf(view, 8, 12);
  expect(keysOfRow(aShape({ sinks: 1, local: 2 })(chunk), chunk, 1)).toEqual([0, 8, 9]);
});

test('tri-shape: the last rows of the prompt are dense, those of an earlier chunk are not', () => {
  const method = triShape({ sinks: 1, local: 1, tail: 2 });
  const rows = (of: typeof view) => of.queries[0].map((_, row) => keysOfRow(method(of), of, row));
  expect(rows(view).map((keys) => keys.length)).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 11, 12]);
  expect(rows(chunkOf(view, 0, 8)).map((keys) => keys.length)).toEqual([1, 2, 2, 2, 2, 2, 2, 2]);
});
