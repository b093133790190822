import { expect, test } from 'vitest';
import type { Selection } from './setup-url';
import { selectionWith, shownHeads } from './shown-heads';

const SINGLE: Selection = { layer: 2, head: 1, query: 7, key: null, step: null };

test('all heads are shown until one is picked, and the last single one is remembered', () => {
  const merged = selectionWith(SINGLE, { overHeads: 'mean' });
  expect(shownHeads(merged)).toEqual({ layer: 2, head: 'mean' });
  expect(merged).toMatchObject({ layer: 2, head: 1 });
  const both = selectionWith(merged, { overLayers: 'max', query: 3 });
  expect(shownHeads(both)).toEqual({ layer: 'max', head: 'mean' });
  expect(shownHeads(selectionWith(both, { layer: 0 }))).toEqual({ layer: 0, head: 'mean' });
  expect(selectionWith(both, { layer: 0, head: 5 })).toEqual({
    ...SINGLE,
    layer: 0,
    head: 5,
    query: 3,
  });
});
