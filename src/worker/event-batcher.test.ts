import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventBatcher } from './event-batcher';
import type { EngineEvent, RunEvent } from './protocol';

const token = (index: number): EngineEvent => ({
  type: 'token',
  index,
  id: 5,
  piece: 'a',
  decodeMs: 1,
});
const prefill = (done: number): EngineEvent => ({ type: 'prefill', done, total: 9, ms: 1 });

let batches: EngineEvent[][];
let frame: (() => void) | null;

beforeEach(() => {
  vi.useFakeTimers();
  batches = [];
  frame = null;
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
    frame = callback;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('delivers one batch a frame: every token, of progress only the newest', () => {
  const events = new EventBatcher((batch) => batches.push(batch));
  events.push(prefill(1));
  events.push(token(0));
  events.push(prefill(2));
  events.push(token(1));
  expect(batches).toEqual([]);
  frame?.();
  expect(batches).toEqual([[token(0), prefill(2), token(1)]]);
  vi.runAllTimers();
  expect(batches).toHaveLength(1);
});

it('says when everything was taken', async () => {
  let take: () => void = () => {};
  const taken = new Promise<void>((resolve) => {
    take = resolve;
  });
  const events = new EventBatcher(() => taken);
  events.push(token(0));
  frame?.();
  let isFlushed = false;
  const flushed = events.flush().then(() => {
    isFlushed = true;
  });
  await Promise.resolve();
  expect(isFlushed).toBe(false);
  take();
  await flushed;
});

it('keeps only the newest progress of a calibration', () => {
  const events = new EventBatcher((batch) => batches.push(batch));
  const progress = (done: number): EngineEvent => {
    return { type: 'calibrate', done, total: 9, what: 'head classes' };
  };
  events.push(progress(1));
  events.push(progress(2));
  events.flush();
  expect(batches).toEqual([[progress(2)]]);
});

it('keeps the news of two runs apart, and of each only the newest progress', () => {
  const events = new EventBatcher((batch) => batches.push(batch));
  const compared = (event: RunEvent): EngineEvent => ({ type: 'compared', event });
  const [one, two] = [1, 2].map((done): RunEvent => ({ type: 'prefill', done, total: 9, ms: 1 }));
  events.push(one);
  events.push(compared(one));
  events.push(compared({ type: 'state', state: 'running' }));
  events.push(compared(two));
  events.flush();
  expect(batches).toEqual([[one, compared({ type: 'state', state: 'running' }), compared(two)]]);
});

it('does not wait for the frames of a hidden tab', () => {
  const events = new EventBatcher((batch) => batches.push(batch));
  events.push(token(0));
  vi.advanceTimersByTime(100);
  expect(batches).toEqual([[token(0)]]);
});

it('keeps the progress of download and of compilation apart', () => {
  const events = new EventBatcher((batch) => batches.push(batch));
  events.push({ type: 'load', phase: 'read', done: 4, total: 4 });
  events.push({ type: 'load', phase: 'compile', done: 1, total: 2 });
  events.push({ type: 'load', phase: 'compile', done: 2, total: 2 });
  events.flush();
  expect(batches[0]).toHaveLength(2);
});
