import { expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { PreparedPrompt } from '../needle/prompt-spec';
import { presetOf } from '../strategies/presets';
import type { RunResult } from '../worker/protocol';
import { createPageStore, type RunView } from './page-store';
import { setupFrom, withAxis } from './setup';
import { createSinkActions } from './sink-actions';

test('drops the first tokens, remembers what was before, and brings it back', async () => {
  const setup = { ...setupFrom(defaultPrompt(1)), strategy: presetOf('snapkv').choice };
  const selection = { layer: 0, head: 0, query: null, key: null, step: null };
  const store = createPageStore(setup, selection);
  const result = { answer: 'tulip', correct: true } as RunResult;
  store.setState({
    prompt: { ids: new Uint32Array(100) } as PreparedPrompt,
    run: { result } as RunView,
  });
  const ran: unknown[] = [];
  const actions = createSinkActions(store, {
    run: async () => {
      ran.push(store.getState().setup.strategy.cache);
    },
    changeAxis: (axis, id, values) =>
      store.setState(({ setup: now }) => ({
        setup: { ...now, strategy: withAxis(now.strategy, axis, id, values) },
      })),
  });

  await actions.dropSinks(4);
  await actions.dropSinks(9);
  expect(ran).toEqual([
    { id: 'window', values: { recent: 96 } },
    { id: 'window', values: { recent: 91 } },
  ]);
  expect(store.getState().sinkDrop).toEqual({
    count: 9,
    cache: presetOf('snapkv').choice.cache,
    before: { answer: 'tulip', correct: true },
  });

  await actions.restoreSinks();
  expect(ran[2]).toEqual(presetOf('snapkv').choice.cache);
  expect(store.getState().sinkDrop).toBeNull();
});
