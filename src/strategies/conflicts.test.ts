import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conflictAt, conflictOf } from './conflicts';
import { choiceFrom, PRESETS } from './presets';
import { completeChoice, REGISTRY } from './registry';
import { softmax } from './score/softmax';

const PICKY: (typeof REGISTRY)['score'][number] = {
  ...softmax,
  id: 'picky',
  conflicts: ({ cache }) =>
    cache.id === 'window' && Number(cache.values.recent) < 100 ? 'It needs 100 entries.' : null,
};

beforeEach(() => void REGISTRY.score.push(PICKY));
afterEach(() => void REGISTRY.score.pop());

describe('conflicts', () => {
  test.each(PRESETS)('preset $id has none', ({ choice }) => {
    expect(conflictOf(completeChoice(choice))).toBeNull();
  });

  test('are told by the entry that has them, at its axis', () => {
    const choice = choiceFrom('window', ['score=picky', 'cache.recent=50']);
    expect(conflictOf(choice)).toEqual({ axis: 'score', reason: 'It needs 100 entries.' });
    expect(conflictAt('score', choice)).toBe('It needs 100 entries.');
    expect(conflictAt('cache', choice)).toBeNull();
  });

  test('may depend on the values of another axis', () => {
    expect(conflictOf(choiceFrom('window', ['score=picky', 'cache.recent=100']))).toBeNull();
  });
});
