/** The worker's endpoint: owns device and engine, answers calls, streams events. */
import * as Comlink from 'comlink';
import { TroubleError, troubleOf } from '../trouble';
import { EngineHost } from './engine-host';
import { EventBatcher } from './event-batcher';
import type { EngineApi, EngineEvent, Outcome } from './protocol';

let listener: (batch: EngineEvent[]) => unknown = () => {};
const events = new EventBatcher((batch) => listener(Comlink.transfer(batch, buffersOf(batch))));
let host: EngineHost | null = null;

const api: EngineApi = {
  async subscribe(onEvents, pageUrl) {
    listener = onEvents;
    host = new EngineHost((event) => events.push(event), new URL('haystacks/', pageUrl).href);
  },
  load: (request) => attempt((engine) => engine.load(request)),
  plan: (request, length) => attempt((engine) => engine.plan(request, length)),
  cancelLoad: async () => host?.cancelLoad(),
  training: () => attempt((engine) => engine.training()),
  storedModels: () => attempt((engine) => engine.sources.list()),
  removeStored: (key) => attempt((engine) => engine.sources.remove(key)),
  prepare: (spec) => attempt((engine) => engine.prepare(spec)),
  run: (request) => attempt((engine) => engine.run(request)),
  compare: (strategy, calibration) => attempt((engine) => engine.compare(strategy, calibration)),
  divergence: () => attempt((engine) => engine.divergence()),
  endComparison: () => attempt((engine) => engine.endComparison()),
  pause: async () => host?.pause(),
  resume: async () => host?.resume(),
  step: async () => host?.step(),
  stop: async () => host?.stop(),
  tile: (request, channel) => attempt((engine) => engine.tile(request, channel)),
  cancelTile: async (channel) => host?.cancelTile(channel),
  heads: () => attempt((engine) => engine.heads()),
  headsAt: (spec) => attempt((engine) => engine.headsAt(spec)),
  sinks: () => attempt((engine) => engine.sinks()),
  tokenCurves: () => attempt((engine) => engine.tokenCurves()),
  evictedAt: (layer, kvHead) => attempt((engine) => engine.evictedAt(layer, kvHead)),
  cacheHistory: (layer, kvHead) => attempt((engine) => engine.cacheHistory(layer, kvHead)),
  heldAt: (query) => attempt((engine) => engine.heldAt(query)),
  kept: (of) => attempt((engine) => engine.kept(of)),
  calibrate: (kinds) => attempt((engine) => engine.calibrate(kinds)),
  surprisal: () => attempt((engine) => engine.surprisal()),
  perplexity: (request) => attempt((engine) => engine.perplexity(request)),
  bench: (request) => attempt((engine) => engine.bench(request)),
  roofline: () => attempt((engine) => engine.roofline()),
  sample: (request) => attempt((engine) => engine.sample(request)),
  stopSample: async () => host?.stopSample(),
  logits: (ids, top) => attempt((engine) => engine.logits(ids, top)),
};

Comlink.expose(api);

/**
 * Runs a call and gives its value or its trouble. Events travel on a port of their own and could come after
 * the result, so it waits until those of the call were taken.
 */
async function attempt<T>(call: (engine: EngineHost) => Promise<T>): Promise<Outcome<T>> {
  const outcome = await outcomeOf(call);
  await events.flush();
  return Comlink.transfer(outcome, buffersOf(outcome));
}

async function outcomeOf<T>(call: (engine: EngineHost) => Promise<T>): Promise<Outcome<T>> {
  try {
    if (!host)
      throw new TroubleError('internal', 'The engine has no listener yet.', 'Reload the page.');
    return { ok: true, value: await call(host) };
  } catch (error) {
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
