/** A mark of a chart and the size of its label, in pixels; y grows downwards. */
export interface Labelled {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a label's text begins, at the middle of its height. */
export interface LabelPlace {
  x: number;
  y: number;
  /** It had to move away from its mark, so that a line must lead there. */
  apart: boolean;
}

interface Rectangle {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const GAP_PX = 9;
const MARK_PX = 6;
/** How far up and down a label may go, in its own heights. */
const ROWS = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6];

/**
 * A place for each label beside its mark that overlaps no mark and no other label, as near as there is one;
 * where none is free the label stands at its mark.
 */
export function placeLabels(marks: Labelled[], width: number, height: number): LabelPlace[] {
  const taken: Rectangle[] = marks.map(({ x, y }) =>
    around(x - MARK_PX, y, 2 * MARK_PX, 2 * MARK_PX),
  );
  return marks.map((mark) => {
    const places = placesOf(mark, width);
    const free = places.find((place) => {
      const box = around(place.x, place.y, mark.width, mark.height);
      return (
        box.left >= 0 &&
        box.right <= width &&
        box.top >= 0 &&
        box.bottom <= height &&
        !taken.some((other) => overlap(box, other))
      );
    });
    const place = free ?? places[0];
    taken.push(around(place.x, place.y, mark.width, mark.height));
    return place;
  });
}

function placesOf({ x, y, width, height }: Labelled, plotWidth: number): LabelPlace[] {
  // Over or under its mark a label may be moved sideways until all of it can be seen.
  const middle = Math.max(0, Math.min(plotWidth - width, x - width / 2));
  return ROWS.flatMap((row) => {
    const apart = Math.abs(row) > 1;
    const at = y + row * height;
    return [
      { x: x + GAP_PX, y: at, apart },
      { x: x - GAP_PX - width, y: at, apart },
      ...(row === 0 ? [] : [{ x: middle, y: at, apart }]),
    ];
  });
}

function around(left: number, middle: number, width: number, height: number): Rectangle {
  return { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
