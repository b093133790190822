import { describe, expect, test } from 'vitest';
import { rope } from './formulas';
import { keepAll } from './methods/cache/keep-all';
import { sinksRecent } from './methods/cache/sinks-recent';
import { window } from './methods/cache/window';
import type { CacheMethod, DecodeMethod, PrefillView } from './methods/method';
import { positionsOf, randomIds, readRun, THETA, tinyModel } from './testing';
import { expectClose } from './testing-close';
import { DENSE, forward, type ReferenceResult, type ReferenceStrategy } from './transformer';

const MODEL = tinyModel();
const IDS = randomIds(20, MODEL.config);
const MORE = [3, 14, 15];

/** The run of that strategy agrees with the transformer in weights, log-sum-exp and logits. */
function expectForward(
  methods: Parameters<typeof readRun>[1],
  strategy: ReferenceStrategy,
  chunk: number,
  model = MODEL,
): void {
  const wanted: ReferenceResult = forward(model.config, model.weights, [...IDS, ...MORE], strategy);
  const run = readRun(model, methods, IDS, { chunk });
  expectClose(run.logits, wanted.logits[IDS.length - 1]);
  MORE.forEach((id, step) => {
    run.decode(id);
    expectClose(run.logits, wanted.logits[IDS.length + step]);
  });
  wanted.attention.forEach((heads, layer) => {
    heads.forEach((rows, head) => {
      rows.forEach((row, query) => {
        const found = run.weights[layer][head][query];
        expectClose(
          Array.from(row, (_, key) => found.get(key) ?? 0),
          row,
        );
      });
      expectClose(run.logSumExp[layer][head], wanted.logSumExp[layer][head]);
    });
  });
}

describe('a run without eviction or masks is the transformer', () => {
  test.each([1, 6, 512])('in chunks of %i', (chunk) => {
    expectForward({}, DENSE, chunk);
  });

  test('with one KV head for all and an output matrix of its own', () => {
    const model = tinyModel({ kvHeads: 1, headDim: 6, tiedEmbeddings: false });
    expectForward({}, DENSE, 6, model);
  });

  test('with temperature and masked heads', () => {
    const maskedHeads = [
      { layer: 0, head: 1 },
      { layer: 1, head: 3 },
    ];
    expectForward(
      { score: { temperature: 1.7, maskedHeads } },
      { ...DENSE, temperature: 1.7, maskedHeads },
      6,
    );
  });

  test('with keys cached unrotated', () => {
    expectForward({ cache: { ...keepAll(), positions: 'reindexed' } }, DENSE, 6);
  });
});

describe('windows', () => {
  test.each([1, 6, 512])('window, in chunks of %i', (chunk) => {
    expectForward({ cache: window({ recent: 5 }) }, { ...DENSE, recent: 5 }, chunk);
  });

  test.each([1, 6, 512])('sinks and recent, re-indexed, in chunks of %i', (chunk) => {
    const wanted: ReferenceStrategy = { ...DENSE, sinks: 2, recent: 5, positions: 'reindexed' };
    expectForward({ cache: sinksRecent({ sinks: 2, recent: 5 }) }, wanted, chunk);
  });

  test('entries that the newest query did not see are dropped', () => {
    const run = readRun(MODEL, { cache: sinksRecent({ sinks: 2, recent: 5 }) }, IDS, { chunk: 6 });
    const held = [0, 1, 15, 16, 17, 18, 19];
    expect(positionsOf(run)).toEqual([
      [held, held],
      [held, held],
    ]);
    run.decode(3);
    expect(run.reads).toHaveLength(1);
    expect(run.reads[0][1][3]).toEqual([0, 1, 16, 17, 18, 19, 20]);
  });
});

/** What a prefill pattern sees, chunk by chunk and layer by layer. */
function viewsOf(chunk: number): PrefillView[] {
  const views: PrefillView[] = [];
  const prefill = (view: PrefillView) => {
    views.push(view);
    return () => true;
  };
  readRun(MODEL, { prefill }, IDS, { chunk });
  return views;
}

describe('prefill', () => {
  test('pairs that the mask leaves out are not computed', () => {
    const mask = (head: number, row: number, position: number, start: number) =>
      head % 2 === 0 || position === 0 || start + row - position < 3;
    const run = readRun(
      MODEL,
      {
        prefill: (view) => (head, row, position) => mask(head, row, position, view.start),
      },
      IDS,
    );
    // The first layer's input does not depend on the mask: its rows are the dense ones, renormalised.
    const dense = forward(MODEL.config, MODEL.weights, IDS).attention[0];
    dense.forEach((rows, head) => {
      rows.forEach((row, query) => {
        const seen = [...row.keys()].filter((key) => key <= query && mask(head, query, key, 0));
        const mass = seen.reduce((sum, key) => sum + row[key], 0);
        const found = run.weights[0][head][query];
        expect([...found.keys()]).toEqual(seen);
        expectClose(
          [...found.values()],
          seen.map((key) => row[key] / mass),
        );
      });
    });
    expect(run.pairs[1]).toEqual([210, 74, 210, 74]);
  });

  test('the view holds what attention uses, up to the end of the chunk', () => {
    const views = viewsOf(15);
    expect(views.map(({ layer, start }) => [layer, start])).toEqual([
      [0, 0],
      [1, 0],
      [0, 15],
      [1, 15],
    ]);
    const { queries, keys } = views[3];
    expect(keys[0]).toHaveLength(20);
    const scores = keys[1].map((key) => queries[2][4].reduce((s, q, i) => s + q * key[i], 0) / 2);
    const sum = Math.log(scores.reduce((total, score) => total + Math.exp(score), 0));
    const { logSumExp } = forward(MODEL.config, MODEL.weights, IDS);
    expect(sum).toBeCloseTo(logSumExp[1][2][19], 10);
  });
});

/** Reads the same entries for all heads. */
function reading(indices: number[], positions: DecodeMethod['positions']): DecodeMethod {
  return { positions, select: ({ queries }) => queries.map(() => indices) };
}

describe('decode', () => {
  const ONE_LAYER = tinyModel({ layers: 1 });

  test('a step reads what was selected; the prompt reads all', () => {
    const indices = [0, 4, 5, 20];
    const run = readRun(MODEL, { decode: reading(indices, 'original') }, IDS);
    expectClose(run.logits, forward(MODEL.config, MODEL.weights, IDS).logits[19]);
    run.decode(3);
    expect(run.reads[0]).toEqual(Array.from({ length: 2 }, () => Array(4).fill(indices)));
    const dense = forward(MODEL.config, MODEL.weights, [...IDS, 3]).attention[0][1][20];
    const mass = indices.reduce((sum, key) => sum + dense[key], 0);
    expectClose(
      [...run.weights[0][1][20].values()],
      indices.map((key) => dense[key] / mass),
    );
  });

  test('re-indexed: in one layer the step is the dense pass over the tokens that are read', () => {
    const indices = [1, 4, 5, 11, 20];
    const run = readRun(ONE_LAYER, { decode: reading(indices, 'reindexed') }, IDS);
    run.decode(3);
    const read = indices.map((index) => [...IDS, 3][index]);
    const { logits } = forward(ONE_LAYER.config, ONE_LAYER.weights, read);
    expectClose(run.logits, logits[4]);
  });

  test('a selection from a re-indexed cache keeps the places in the cache', () => {
    const cache = { ...keepAll(), positions: 'reindexed' as const };
    const indices = [0, 4, 20];
    const run = readRun(MODEL, { cache, decode: reading(indices, 'original') }, IDS);
    const other = readRun(MODEL, { decode: reading(indices, 'original') }, IDS);
    run.decode(3);
    other.decode(3);
    expectClose(run.logits, other.logits);
  });

  test('the view shows vectors as they are cached, the own entry last', () => {
    const dots: number[] = [];
    const decode = (positions: DecodeMethod['positions']): DecodeMethod => ({
      positions,
      select({ layer, step, queries, entries, rotate }) {
        expect(step).toBe(0);
        expect(entries[0].map(({ position }) => position)).toEqual([...Array(21).keys()]);
        const turned = (vector: Float64Array, position: number) =>
          positions === 'original' ? vector : rotate(vector, position);
        const key = turned(entries[1][6].key, 6);
        if (layer === 0) {
          dots.push(turned(queries[3], 20).reduce((sum, value, i) => sum + value * key[i], 0));
        }
        return null;
      },
    });
    for (const positions of ['original', 'reindexed'] as const) {
      readRun(MODEL, { decode: decode(positions) }, IDS).decode(3);
    }
    expect(dots[0]).toBeCloseTo(dots[1], 12);
    const { attention, logSumExp } = forward(MODEL.config, MODEL.weights, [...IDS, 3]);
    expect(dots[0] / 2).toBeCloseTo(Math.log(attention[0][3][20][6]) + logSumExp[0][3][20], 10);
  });

  test('a selection hears of every chunk and of the end of the prompt', () => {
    const heard: string[] = [];
    const decode: DecodeMethod = {
      ...reading([20], 'original'),
      observePrompt: ({ layer, start, keys }, values) =>
        heard.push(`${layer} ${start} ${keys[0].length} ${values[1].length}`),
      promptRead: (entries) => heard.push(`read ${entries[0][0].length}`),
    };
    readRun(MODEL, { decode }, IDS, { chunk: 12 });
    expect(heard).toEqual(['0 0 12 12', '1 0 12 12', '0 12 20 20', '1 12 20 20', 'read 20']);
  });
});

describe('score rules', () => {
  const scoreOf = (run: ReturnType<typeof readRun>, query: number, key: number) =>
    Math.log(run.weights[0][2][query].get(key) ?? 0) + run.logSumExp[0][2][query];
  const dense = readRun(MODEL, {}, IDS);

  test('a query scale multiplies all scores of the query', () => {
    const run = readRun(MODEL, { score: { queryScale: (_, position) => 1 + position } }, IDS);
    expect(scoreOf(run, 9, 4)).toBeCloseTo(10 * scoreOf(dense, 9, 4), 10);
  });

  test('frequencies and scale of the rotation', () => {
    const lengths: number[] = [];
    const score = (factor: number, scale: number) => ({
      rope(length: number) {
        lengths.push(length);
        return { frequency: (pair: number) => factor * 10000 ** (-pair / 2), scale };
      },
    });
    const half = readRun(MODEL, { score: score(0.5, 1) }, IDS);
    const scaled = readRun(MODEL, { score: score(1, 1.5) }, IDS);
    expect(lengths).toEqual([40, 40]);
    expect(scoreOf(scaled, 9, 4)).toBeCloseTo(2.25 * scoreOf(dense, 9, 4), 10);
    const [view] = viewsOf(20);
    const halved = (vector: Float64Array, position: number) => rope(vector, -position / 2, THETA);
    const query = halved(view.queries[2][9], 9);
    const key = halved(view.keys[1][4], 4);
    const score94 = query.reduce((sum, value, i) => sum + value * key[i], 0) / 2;
    expect(scoreOf(half, 9, 4)).toBeCloseTo(score94, 10);
  });

  test('a bias is added to the score of its key', () => {
    const run = readRun(
      MODEL,
      {
        score: { bias: (_, head, position, { length }) => (position === 4 ? head + length : 0) },
      },
      IDS,
    );
    expect(scoreOf(run, 9, 4)).toBeCloseTo(scoreOf(dense, 9, 4) + 22, 10);
    expect(scoreOf(run, 9, 5)).toBeCloseTo(scoreOf(dense, 9, 5), 10);
  });

  test('edited weights reach the output, the cache method gets raw ones', () => {
    const sums: [number, number][] = [];
    const raw: number[] = [];
    const cache: CacheMethod = {
      ...keepAll(),
      observe: ({ weights }) => raw.push(...weights[0].map((row) => row.size)),
    };
    const onlySelf = (weights: Map<number, number>) => new Map([[Math.max(...weights.keys()), 1]]);
    const run = readRun(
      MODEL,
      {
        cache,
        score: {
          edit(layer, head, weights, columns) {
            if (layer === 0 && head === 2 && weights.has(0)) {
              sums.push([columns.get(0)?.sum ?? 0, columns.get(0)?.rows ?? 0]);
            }
            return onlySelf(weights);
          },
        },
      },
      IDS,
      { chunk: 12 },
    );
    const wanted = readRun(MODEL, { cache: window({ recent: 1 }) }, IDS);
    expectClose(run.logits, wanted.logits);
    expect(raw).toContain(20);
    const column = (rows: number) =>
      run.weights[0][2].slice(0, rows).reduce((sum, row) => sum + (row.get(0) ?? 0), 0);
    expect(sums[0]).toEqual([column(12), 12]);
    expect(sums[11]).toEqual(sums[0]);
    expect(sums[12]).toEqual([column(20), 20]);
  });
});
