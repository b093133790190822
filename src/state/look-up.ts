import { type Trouble, troubleOf } from '../trouble';
import type { Inspection, PageStore, TroubleSource } from './page-store';

/** Asks for one part of what is looked up about the run on screen. */
export type LookUp = <K extends keyof Inspection>(
  part: K,
  /** What is asked, in words: the same question about the same run is asked once. */
  question: string,
  ask: () => Promise<Inspection[K]>,
) => Promise<void>;

/** Answers go into the state's inspection, unless another run has begun in the meantime. */
export function createLookUp(
  store: PageStore,
  report: (source: TroubleSource, trouble: Trouble | null) => void,
): LookUp {
  const asked = new Map<keyof Inspection, string>();
  return async (part, question, ask) => {
    const runId = store.getState().run?.id;
    const key = `${runId}:${question}`;
    if (asked.get(part) === key) return;
    asked.set(part, key);
    try {
      const found = await ask();
      const { run, inspection } = store.getState();
      if (found && run?.id === runId) {
        store.setState({ inspection: { ...inspection, [part]: found } });
      }
      report('view', null);
    } catch (error) {
      asked.delete(part);
      if (store.getState().run?.id === runId) report('view', troubleOf(error));
    }
  };
}
