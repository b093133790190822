import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { presetOf } from '../strategies/presets';
import type { HeadScores, ModelInfo, RunResult, SinkReport, Tile } from '../worker/protocol';
import { createPageStore, type PageStore, type RunView } from './page-store';
import { setupFrom } from './setup';
import { createTour, type TourStep } from './tour';

/** Two layers of two heads; the prompt is five tokens with a needle at 2 and 3. */
const MODEL = { name: 'm', layers: 2, heads: 2, kvHeads: 1, headDim: 4 } as ModelInfo;
const HEADS = {
  layers: 2,
  heads: 2,
  sink: Float32Array.of(0.1, 0.2, 0.75, 0.4),
  retrieval: Float32Array.of(0, 0, 0, 0.5),
  retrievalCounted: true,
} as HeadScores;
const SINKS = { firstSink: { position: 0, share: 0.5 }, hidden: [] } as unknown as SinkReport;

let store: PageStore;
let answers: Record<string, string>;
let heads: HeadScores;
let sinks: SinkReport;
let ran: string[];
let steps: TourStep[];

beforeEach(() => {
  store = createPageStore(setupFrom(defaultPrompt(1)), {
    layer: 0,
    head: 0,
    query: null,
    key: null,
    step: null,
  });
  const streamingGates = [[0.5], [0.5]];
  store.setState({ model: MODEL, calibration: { model: 'm', streamingGates } });
  answers = { dense: '48', 'streaming-llm': '7', 'duo-attention': '48' };
  heads = HEADS;
  sinks = SINKS;
  ran = [];
  const engine = {
    heads: async () => ({ ok: true as const, value: heads }),
    sinks: async () => ({ ok: true as const, value: sinks }),
  };
  steps = createTour(engine, store, {
    async run() {
      const { strategy } = store.getState().setup;
      const id = Object.keys(answers).find(
        (preset) => JSON.stringify(presetOf(preset).choice) === JSON.stringify(strategy),
      );
      ran.push(id ?? 'another');
      store.setState({ run: runView(strategy, answers[id ?? '']) });
    },
    select: (change) =>
      store.setState(({ selection }) => ({ selection: { ...selection, ...change } })),
    choosePreset: (id) =>
      store.setState(({ setup }) => ({
        setup: { ...setup, strategy: structuredClone(presetOf(id).choice) },
      })),
    // The second token of the answer is copied from the second of the needle.
    requestTile: async (_channel, { queries: [query], columns }) =>
      ({
        weights:
          columns === 1
            ? Float32Array.of(0.2, 0.9, 0.3)
            : Float32Array.of(0.1, 0, 0, query === 5 ? 0.9 : 0.05, 0.05),
      }) as Tile,
  });
});

function runView(strategy: RunView['strategy'], answer: string): RunView {
  const spec = defaultPrompt(1);
  const ids = Uint32Array.of(0, 10, 20, 21, 11);
  const pieces = ['<bos>', 'a', ' 4', '8', '?'];
  const piecesOf = { spec, ids, pieces, needleSpan: [2, 4], questionSpan: [4, 5] };
  return {
    prompt: { ...piecesOf, realisedDepth: 50 },
    strategy,
    generated: [
      { id: 20, piece: ' 4', decodeMs: 0 },
      { id: 21, piece: '8', decodeMs: 1 },
    ],
    result: { answer, kvBytes: { end: 30, dense: 100, peak: 100 } } as RunResult,
  } as RunView;
}

describe('the tour', () => {
  it('picks the strongest sink, after a run that it makes only once', async () => {
    const { text, seen } = await steps[0].perform();
    expect(seen).toBe(true);
    expect(text).toContain('Head 1.0 gives 75 %');
    expect(text).toContain('2 of the 4 heads');
    expect(store.getState().selection).toMatchObject({ layer: 1, head: 0, query: 3, key: 0 });
    await steps[0].perform();
    expect(ran).toEqual(['dense']);
  });

  it('says so where there is no sink, or where it sits elsewhere', async () => {
    heads = { ...HEADS, sink: Float32Array.of(0.1, 0.05, 0.1, 0.2) };
    expect(await steps[0].perform()).toMatchObject({
      seen: false,
      text: expect.stringContaining('no sink'),
    });
    const hidden = [{ layer: 0, head: 1, position: 1, mean: 0.8, rows: 4 }];
    sinks = { ...SINKS, firstSink: { position: 1, share: 0.5 }, hidden };
    expect((await steps[0].perform()).text).toContain('“a”, token 1');
    expect(store.getState().selection).toMatchObject({ layer: 0, head: 1, key: 1 });
  });

  it('shows the step at which the best retrieval head copied', async () => {
    const { text, seen } = await steps[1].perform();
    expect(seen).toBe(true);
    expect(text).toContain('To write “8” of the answer, head 1.1 gave 90 %');
    expect(store.getState().selection).toMatchObject({ layer: 1, head: 1, query: 5, key: 3 });
  });

  it('does not name a retrieval head where the answer is wrong or no head points', async () => {
    heads = { ...HEADS, retrieval: null, retrievalCounted: false };
    expect((await steps[1].perform()).text).toContain('is not right');
    heads = { ...HEADS, retrieval: new Float32Array(4) };
    expect((await steps[1].perform()).seen).toBe(false);
  });

  it('breaks the answer and brings it back, or says that it did not', async () => {
    expect((await steps[2].perform()).text).toContain('“7” instead of “48”');
    expect((await steps[3].perform()).text).toContain('back, “48”, with 30 % of the memory');
    expect(ran).toEqual(['dense', 'streaming-llm', 'duo-attention']);
    answers = { dense: '48', 'streaming-llm': '48', 'duo-attention': '9' };
    expect(await steps[2].perform()).toMatchObject({ seen: false });
    expect(await steps[3].perform()).toMatchObject({ seen: false });
  });

  it('fails with the reason where a strategy cannot run on the model', async () => {
    store.setState({ calibration: null });
    await expect(steps[3].perform()).rejects.toThrow('streaming gates');
  });
});
