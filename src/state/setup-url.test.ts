import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { taskFrom } from '../needle/tasks/registry';
import { choiceFrom, PRESETS } from '../strategies/presets';
import { REGISTRY } from '../strategies/registry';
import { softmax } from '../strategies/score/softmax';
import { TroubleError } from '../trouble';
import { type Setup, setupFrom } from './setup';
import { hashOf, MAX_TEXT_IN_URL, readHash, type Selection } from './setup-url';

const FRESH = setupFrom(defaultPrompt(1));
const NOTHING: Selection = { layer: 2, head: 0, query: null, key: null, step: null };

function roundTrip(setup: Setup, selection = NOTHING) {
  return readHash(hashOf(setup, selection), FRESH, NOTHING);
}

describe('a setup in the address', () => {
  test.each(PRESETS.map((preset) => preset.id))('keeps the preset %s', (id) => {
    const setup = { ...FRESH, strategy: choiceFrom(id, []) };
    expect(roundTrip(setup).setup).toEqual(setup);
  });

  test('keeps turned axes and changed parameters', () => {
    const strategy = choiceFrom('streaming-llm', [
      'cache.recent=256',
      'score=head-mask',
      'score.heads=2.0,3.5',
    ]);
    expect(roundTrip({ ...FRESH, strategy }).setup.strategy).toEqual(strategy);
  });

  test('keeps whether the map shows one head or all, and forgets it where nothing says so', () => {
    const merged: Selection = { ...NOTHING, overLayers: 'mean', overHeads: 'max' };
    expect(roundTrip(FRESH, merged).selection).toEqual(merged);
    expect(readHash(hashOf(FRESH, NOTHING), FRESH, merged).selection).toEqual(NOTHING);
    expect(readHash('#heads=median', FRESH, NOTHING).selection).toEqual(NOTHING);
  });

  test('keeps what is compared with, or that nothing is', () => {
    for (const compared of [
      choiceFrom('h2o', []),
      choiceFrom('window', ['cache.recent=33', 'score=temperature']),
      null,
    ]) {
      expect(roundTrip({ ...FRESH, compared }).setup).toEqual({ ...FRESH, compared });
    }
  });

  test('keeps a task; an address with a needle and without a task means the needle', () => {
    const task = taskFrom('several-needles', ['needles=4']);
    const setup = { ...FRESH, task };
    expect(roundTrip(setup).setup).toEqual(setup);
    expect(readHash(hashOf(FRESH, NOTHING), setup, NOTHING).setup.task).toBeNull();
    expect(readHash('#depth=25', setup, NOTHING).setup.task).toEqual(task);
  });

  test('keeps own text, signs and all', () => {
    const haystack = { title: 'a&b.txt', text: 'One # two.\n“Three” & 100 % four?' };
    const setup = { ...FRESH, haystack, wholeText: true, needle: 'Ünïque = 1.' };
    expect(roundTrip(setup).setup).toEqual(setup);
  });

  test('leaves a text out that is too long for an address', () => {
    const haystack = { title: 'long', text: 'x'.repeat(MAX_TEXT_IN_URL + 1) };
    expect(roundTrip({ ...FRESH, haystack }).setup.haystack).toEqual(FRESH.haystack);
  });

  test('keeps the selection', () => {
    const selection = { layer: 3, head: 5, query: 511, key: 0, step: 519 };
    expect(roundTrip(FRESH, selection).selection).toEqual(selection);
  });

  test('keeps a number that is out of range, so that the page can say so', () => {
    const setup = { ...FRESH, numbers: { ...FRESH.numbers, length: -3 } };
    expect(roundTrip(setup).setup.numbers.length).toBe(-3);
  });

  test('changes nothing that it does not name', () => {
    expect(readHash('#depth=25', FRESH, NOTHING)).toEqual({
      setup: { ...FRESH, numbers: { ...FRESH.numbers, depth: 25 } },
      selection: NOTHING,
    });
  });

  test('refuses a strategy that does not exist', () => {
    expect(() => readHash('#strategy=magic', FRESH, NOTHING)).toThrow(TroubleError);
  });
});

describe('a parameter with named options', () => {
  const pooled: (typeof REGISTRY)['score'][number] = {
    ...softmax,
    id: 'pooled',
    parameters: [
      {
        kind: 'choice',
        name: 'pooling',
        title: 'Pooling',
        unit: '',
        options: [
          { value: 'mean', title: 'Mean' },
          { value: 'max-4', title: 'Largest of four' },
        ],
        default: 'mean',
        meaning: 'How scores are pooled.',
      },
    ],
  };

  beforeEach(() => void REGISTRY.score.push(pooled));
  afterEach(() => void REGISTRY.score.pop());

  test.each(['mean', 'max-4'])('keeps %s', (pooling) => {
    const strategy = choiceFrom('window', ['score=pooled', `score.pooling=${pooling}`]);
    expect(strategy.score.values).toEqual({ pooling });
    expect(roundTrip({ ...FRESH, strategy }).setup.strategy).toEqual(strategy);
  });

  test('refuses an option that does not exist', () => {
    const address = '#strategy=dense&set=score%3Dpooled&set=score.pooling%3Dmedian';
    expect(() => readHash(address, FRESH, NOTHING)).toThrow('must be one of mean, max-4');
  });
});
