import { expect, test } from 'vitest';
import { window } from '../strategies/cache/window';
import { completeValues } from '../strategies/schema';
import { windowWithout } from './drop-sinks';

test('the last token of the prompt sees all but the first tokens', () => {
  const [tokens, count] = [512, 4];
  const { id, values } = windowWithout(tokens, count);
  expect(id).toBe(window.id);
  const policy = window.build(
    completeValues(id, window.parameters, values),
    { layers: 1, heads: 1, kvHeads: 1 } as Parameters<typeof window.build>[1],
    null,
  );
  const { sinks, recent } = policy.windowOf(0, 0);
  const last = tokens - 1;
  const seen = Array.from({ length: tokens }, (_, key) => key).filter(
    (key) => key < sinks || last - key < recent,
  );
  expect(seen[0]).toBe(count);
  expect(seen).toHaveLength(tokens - count);
});
