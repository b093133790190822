import { expect, test } from 'vitest';
import { colourAt, inkOn, LOG_FLOOR, scaled } from './weight-scale';

test('the logarithmic scale gives each power of ten the same room', () => {
  expect([0, LOG_FLOOR, 0.001, 0.01, 0.1, 1].map((weight) => scaled(weight, 'log'))).toEqual(
    [0, 0, 0.25, 0.5, 0.75, 1].map((place) => expect.closeTo(place, 6)),
  );
  expect(scaled(0.3, 'linear')).toBe(0.3);
});

test.each([true, false])('text can be read on every colour (dark: %s)', (dark) => {
  for (let place = 0; place <= 1; place += 0.05) {
    const colour = colourAt(place, dark);
    expect(contrast(colour, inkOn(colour))).toBeGreaterThan(4.5);
  }
});

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const channels = colour.startsWith('rgb')
    ? (colour.match(/\d+/g) ?? []).map(Number)
    : expanded(colour).map((pair) => Number.parseInt(pair, 16));
  const [r, g, b] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function expanded(hex: string): string[] {
  const digits = hex.slice(1);
  return digits.length === 3
    ? [...digits].map((digit) => digit + digit)
    : (digits.match(/../g) ?? []);
}
