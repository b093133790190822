/** The worker's endpoint: owns device and engine, answers calls, streams events. */
import * as Comlink from 'comlink';
import { TroubleError, troubleOf } from '../trouble';
import { EngineHost } from './engine-host';
import { EventBatcher } from './event-batcher';
import type { EngineApi, EngineEvent, Outcome } from './protocol';

let listener: (batch: EngineEvent[]) => void = () => {};
const events = new EventBatcher((batch) => listener(Comlink.transfer(batch, buffersOf(batch))));
let host: EngineHost | null = null;

const api: EngineApi = {
  async subscribe(onEvents, pageUrl) {
    listener = onEvents;
    host = new EngineHost((event) => events.push(event), new URL('haystacks/', pageUrl).href);
  },
  load: (request) => attempt((engine) => engine.load(request)),
  prepare: (spec) => attempt((engine) => engine.prepare(spec)),
  run: (request) => attempt((engine) => engine.run(request)),
  pause: async () => host?.pause(),
  resume: async () => host?.resume(),
  step: async () => host?.step(),
  stop: async () => host?.stop(),
  tile: (request) => attempt((engine) => engine.tile(request)),
  heads: () => attempt((engine) => engine.heads()),
  evictedAt: (layer, kvHead) => attempt((engine) => engine.evictedAt(layer, kvHead)),
  calibrate: (kinds) => attempt((engine) => engine.calibrate(kinds)),
  logits: (ids, top) => attempt((engine) => engine.logits(ids, top)),
};

Comlink.expose(api);

/** Runs a call and gives its value or its trouble; events of the call go out before its result. */
async function attempt<T>(call: (engine: EngineHost) => Promise<T>): Promise<Outcome<T>> {
  try {
    if (!host)
      throw new TroubleError('internal', 'The engine has no listener yet.', 'Reload the page.');
    const value = await call(host);
    events.flush();
    return Comlink.transfer({ ok: true, value }, buffersOf(value));
  } catch (error) {
    events.flush();
    return { ok: false, trouble: troubleOf(error) };
  }
}

/** The array buffers inside plain data, so that they are transferred. */
function buffersOf(data: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(data)) return data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
  if (Array.isArray(data)) return typeof data[0] === 'object' ? data.flatMap(buffersOf) : [];
  if (typeof data === 'object' && data !== null) return Object.values(data).flatMap(buffersOf);
  return [];
}
