import type { EngineEvent } from '../worker/protocol';

/** Whoever is in here hears what the engine reports. */
export type EngineListeners = Set<(batch: EngineEvent[]) => void>;

/** Does work, and hears what the engine reports meanwhile. */
export async function hearing<T>(
  listeners: EngineListeners,
  hear: (event: EngineEvent) => void,
  work: () => Promise<T>,
): Promise<T> {
  const each = (batch: EngineEvent[]) => batch.forEach(hear);
  listeners.add(each);
  try {
    return await work();
  } finally {
    listeners.delete(each);
  }
}
