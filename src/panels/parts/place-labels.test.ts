import { expect, test } from 'vitest';
import { type Labelled, placeLabels } from './place-labels';

const label = (x: number, y: number): Labelled => ({ x, y, width: 40, height: 12 });

test('a lone label stands to the right of its mark, at the edge to its left', () => {
  expect(placeLabels([label(50, 50)], 200, 100)).toEqual([{ x: 59, y: 50, apart: false }]);
  expect(placeLabels([label(180, 50)], 200, 100)).toEqual([{ x: 131, y: 50, apart: false }]);
});

test('labels overlap neither each other nor marks', () => {
  const marks = [
    label(50, 50),
    label(52, 50),
    label(60, 55),
    label(50, 62),
    label(100, 50),
    label(55, 58),
  ];
  const places = placeLabels(marks, 200, 120);
  const boxes = places.map(({ x, y }) => ({ left: x, right: x + 40, top: y - 6, bottom: y + 6 }));
  for (const [index, a] of boxes.entries()) {
    expect(a.left >= 0 && a.right <= 200 && a.top >= 0 && a.bottom <= 120).toBe(true);
    for (const { x, y } of marks) {
      expect(x > a.left && x < a.right && y > a.top && y < a.bottom).toBe(false);
    }
    for (const b of boxes.slice(index + 1)) {
      expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(
        false,
      );
    }
  }
  expect(places.some(({ apart }) => apart)).toBe(true);
});

test('without a free place a label stands at its mark', () => {
  expect(placeLabels([label(5, 5)], 10, 10)).toEqual([{ x: 14, y: 5, apart: false }]);
});
