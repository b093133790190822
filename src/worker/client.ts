import * as Comlink from 'comlink';
import { TroubleError } from '../trouble';
import type { EngineApi, EngineEvent, Outcome } from './protocol';

export type EngineClient = Comlink.Remote<EngineApi>;

/** Starts the worker that owns the GPU device and the engine. */
export function startEngine(onEvents: (batch: EngineEvent[]) => void): EngineClient {
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), {
    type: 'module',
    name: 'needlescope-engine',
  });
  const client = Comlink.wrap<EngineApi>(worker);
  void client.subscribe(Comlink.proxy(onEvents), document.baseURI);
  return client;
}

/** The value of an outcome; throws its trouble. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, what, advice, actions } = outcome.trouble;
  throw new TroubleError(code, what, advice, actions);
}
