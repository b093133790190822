import { expect, test } from 'vitest';
import { mapKeyOf } from './map-keys';

const PLAIN = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test('arrows move the picked cell, with Shift ten times as far', () => {
  expect(mapKeyOf({ ...PLAIN, key: 'ArrowUp' })).toEqual({ does: 'move', query: -1, key: 0 });
  expect(mapKeyOf({ ...PLAIN, key: 'ArrowRight', shiftKey: true })).toMatchObject({ key: 10 });
});

test('other keys move and zoom the view; combinations are the browser’s', () => {
  expect(mapKeyOf({ ...PLAIN, key: 'PageDown' })).toEqual({ does: 'pan', x: 0, y: -0.5 });
  expect(mapKeyOf({ ...PLAIN, key: '+', shiftKey: true })).toEqual({ does: 'zoom', factor: 1.5 });
  expect(mapKeyOf({ ...PLAIN, key: '0' })).toEqual({ does: 'show all' });
  expect(mapKeyOf({ ...PLAIN, key: '0', ctrlKey: true })).toBeNull();
  expect(mapKeyOf({ ...PLAIN, key: 'r' })).toBeNull();
});
