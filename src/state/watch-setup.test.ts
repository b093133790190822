import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { ModelInfo } from '../worker/protocol';
import type { PageActions } from './page-actions';
import { createPageStore } from './page-store';
import { setupFrom } from './setup';
import { keepPromptPrepared } from './watch-setup';

const MODEL = { layers: 4, heads: 6, kvHeads: 3, headDim: 32, hasTokenizer: true } as ModelInfo;

function page() {
  const store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 0,
    head: 0,
    query: null,
    key: null,
    step: null,
  });
  const prepare = vi.fn(async () => {});
  keepPromptPrepared(store, { prepare } as unknown as PageActions);
  const type = (needle: string) => store.setState(({ setup }) => ({ setup: { ...setup, needle } }));
  return { store, prepare, type };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('prepares when the model is there, and once after a pause in typing', async () => {
  const { store, prepare, type } = page();
  store.setState({ model: MODEL });
  await vi.advanceTimersByTimeAsync(10);
  expect(prepare).toHaveBeenCalledTimes(1);
  type('A');
  await vi.advanceTimersByTimeAsync(200);
  type('Ab');
  await vi.advanceTimersByTimeAsync(200);
  expect(prepare).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(prepare).toHaveBeenCalledTimes(2);
});

test('waits for the end of a run, and does nothing for an unchanged prompt or a wrong number', async () => {
  const { store, prepare, type } = page();
  store.setState({ model: MODEL });
  await vi.advanceTimersByTimeAsync(10);
  store.setState({ activity: 'running' });
  type('B');
  await vi.advanceTimersByTimeAsync(1000);
  expect(prepare).toHaveBeenCalledTimes(1);
  store.setState({ activity: 'idle' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(prepare).toHaveBeenCalledTimes(2);
  store.setState(({ setup }) => ({ setup: { ...setup } }));
  await vi.advanceTimersByTimeAsync(1000);
  store.setState(({ setup }) => ({
    setup: { ...setup, numbers: { ...setup.numbers, depth: 101 } },
  }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(prepare).toHaveBeenCalledTimes(2);
});
