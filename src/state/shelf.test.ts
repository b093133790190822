import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkedShelf } from './shelf';

const read = () =>
  JSON.parse(readFileSync(new URL('../../public/shelf.json', import.meta.url), 'utf8'));

test('the shelf names each model once, with facts that can be', () => {
  const shelf = checkedShelf(read());
  expect(shelf.length).toBeGreaterThan(5);
  expect(new Set(shelf.map(({ id }) => id)).size).toBe(shelf.length);
  for (const { id, parameters, downloadMB } of shelf) {
    // From two bytes a weight (bf16) to four (f32), and what some files hold beside.
    const bytesEach = (downloadMB * 1e6) / parameters;
    expect(bytesEach, id).toBeGreaterThan(1.9);
    expect(bytesEach, id).toBeLessThan(4.5);
  }
});

test.each(['id', 'title', 'parameters', 'downloadMB', 'context', 'licence', 'why'])(
  'an entry without %s is refused by name',
  (field) => {
    const shelf = read();
    delete shelf[1][field];
    expect(() => checkedShelf(shelf)).toThrow(`entry 1: ${field}`);
  },
);
