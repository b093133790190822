import { type SinkDrop, windowWithout } from './drop-sinks';
import type { PageActions } from './page-actions';
import type { PageStore } from './page-store';

export interface SinkActions {
  /** Runs the prompt with its first tokens dropped from the cache, and remembers what was there before. */
  dropSinks(count: number): Promise<void>;
  /** Runs it again with the cache policy from before. */
  restoreSinks(): Promise<void>;
}

export function createSinkActions(
  { getState, setState }: PageStore,
  { run, changeAxis }: Pick<PageActions, 'run' | 'changeAxis'>,
): SinkActions {
  return {
    async dropSinks(count) {
      const { prompt, setup, run: shown, sinkDrop } = getState();
      if (!prompt) return;
      const result = shown?.result;
      const first: SinkDrop = {
        count,
        cache: setup.strategy.cache,
        before: result ? { answer: result.answer, correct: result.correct } : null,
      };
      // Dropping more of them still compares with, and leads back to, where it began.
      setState({ sinkDrop: sinkDrop ? { ...sinkDrop, count } : first });
      const { id, values } = windowWithout(prompt.ids.length, count);
      changeAxis('cache', id, values);
      await run();
    },
    async restoreSinks() {
      const { sinkDrop } = getState();
      if (!sinkDrop) return;
      const { id, values } = sinkDrop.cache;
      changeAxis('cache', id, values);
      setState({ sinkDrop: null });
      await run();
    },
  };
}
