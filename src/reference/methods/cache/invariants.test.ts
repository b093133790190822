/** What holds for every cache method, on tiny random models. */
import { describe, expect, test } from 'vitest';
import { positionsOf, randomIds, readRun, tinyModel } from '../../testing';
import { forward } from '../../transformer';
import type { CacheMethod, DecodeMethod, MethodShape } from '../method';
import { a2sf } from './a2sf';
import { adaKv } from './ada-kv';
import { duo } from './duo';
import { elastic } from './elastic';
import { h2o } from './h2o';
import { keepAll } from './keep-all';
import { pyramidKv } from './pyramidkv';
import { quantised } from './quantised';
import { razor } from './razor';
import { sinksRecent } from './sinks-recent';
import { sirLlm } from './sirllm';
import { snapKv } from './snapkv';
import { tova } from './tova';
import { window } from './window';

type Protocol = CacheMethod['compressAfter'];

interface Case {
  name: string;
  make(budget: number, protocol: Protocol, shape: MethodShape): CacheMethod;
  /** Entries that a layer's KV heads together may hold after a token; of the prompt alone if `grows`. */
  held?(budget: number, shape: MethodShape): number;
  /** Generated tokens are kept beside the budget. */
  grows?: boolean;
  /** Kept entries are the ones that were read, unchanged. */
  pure?: boolean;
  /** First entries that always stay. */
  sinks?: number;
  /** Whether the newest entry always stays. */
  newest: boolean;
}

const OBSERVED = { window: 3, kernel: 3, pooling: 'average' } as const;
const uniform = (budget: number, { kvHeads }: MethodShape) => kvHeads * budget;

const CASES: Case[] = [
  { name: 'keep-all', make: () => keepAll(), pure: true, newest: true },
  {
    name: 'window',
    make: (recent) => window({ recent }),
    held: uniform,
    pure: true,
    newest: true,
  },
  {
    name: 'sinks-recent',
    make: (budget) => sinksRecent({ sinks: 2, recent: budget - 2 }),
    held: uniform,
    pure: true,
    sinks: 2,
    newest: true,
  },
  {
    name: 'h2o',
    make: (budget, protocol, shape) => h2o({ heavy: budget - 3, recent: 3, protocol }, shape),
    held: uniform,
    pure: true,
    newest: true,
  },
  {
    name: 'a2sf',
    make: (budget, protocol, shape) => a2sf({ budget, recent: 3, decay: 0.8, protocol }, shape),
    held: uniform,
    pure: true,
    newest: true,
  },
  {
    name: 'tova',
    make: (budget, protocol, shape) => tova({ budget, protocol }, shape),
    held: uniform,
    pure: true,
    newest: false,
  },
  {
    name: 'snapkv',
    make: (budget, protocol, shape) => snapKv({ ...OBSERVED, budget, protocol }, shape),
    held: uniform,
    grows: true,
    pure: true,
    newest: true,
  },
  {
    name: 'pyramidkv',
    make: (budget, protocol, shape) => pyramidKv({ ...OBSERVED, budget, beta: 4, protocol }, shape),
    grows: true,
    pure: true,
    newest: true,
  },
  {
    name: 'ada-kv',
    make: (budget, protocol, shape) => adaKv({ ...OBSERVED, budget, floor: 0.2, protocol }, shape),
    held: uniform,
    grows: true,
    pure: true,
    newest: true,
  },
  {
    name: 'sirllm',
    make: (budget) => sirLlm({ sinks: 1, entropy: budget - 4, recent: 3, decay: 0.7, round: 3 }),
    held: uniform,
    pure: true,
    sinks: 1,
    newest: true,
  },
  {
    name: 'razor',
    make: (budget, protocol, { layers, kvHeads }) =>
      razor({ heads: headTable(layers, kvHeads), sinks: 1, local: budget - 2, protocol }),
    sinks: 1,
    newest: true,
  },
  {
    name: 'duo',
    make: (budget, _, { layers, kvHeads }) =>
      duo({ retrieval: headTable(layers, kvHeads), sinks: 2, recent: budget - 2 }),
    pure: true,
    sinks: 2,
    newest: true,
  },
  {
    name: 'elastic',
    make: (budget, protocol, shape) =>
      elastic({ budget, sinks: 1, recent: 2, distance: -3, protocol }, shape),
    held: uniform,
    sinks: 1,
    newest: true,
  },
  {
    name: 'quantised',
    make: (residual) => quantised({ bits: 4, group: 2, residual }),
    newest: true,
  },
];

/** Every second KV head retrieves, the last of all does not. */
function headTable(layers: number, kvHeads: number): boolean[][] {
  return Array.from({ length: layers }, () =>
    Array.from({ length: kvHeads }, (_, head) => (kvHeads - head) % 2 === 0),
  );
}

const MODEL = tinyModel();
const IDS = randomIds(24, MODEL.config);
const MORE = [5, 0, 17, 8];
const CONTEXT = 17;
const BUDGET = 9;

function runOf({ make }: Case, budget: number, protocol: Protocol, model = MODEL) {
  const cache = make(budget, protocol, model.config);
  return { cache, run: readRun(model, { cache }, IDS, { context: CONTEXT, chunk: 3 }) };
}

describe.each(CASES)('$name', (entry) => {
  describe.each(['prompt', 'context'] as const)('compressed after the %s', (protocol) => {
    test('with a budget for the whole text it is dense attention', () => {
      const { run } = runOf(entry, 40, protocol);
      for (const id of MORE) run.decode(id);
      const wanted = forward(MODEL.config, MODEL.weights, [...IDS, ...MORE]).logits;
      wanted[IDS.length + MORE.length - 1].forEach((logit, i) => {
        expect(run.logits[i]).toBeCloseTo(logit, 12);
      });
    });

    test('positions ascend, budget and promises hold after every token', () => {
      const { cache, run } = runOf(entry, BUDGET, protocol);
      const check = (fed: number) => {
        for (const list of positionsOf(run).flat()) {
          expect(list).toEqual([...new Set(list)].sort((a, b) => a - b));
          if (entry.newest) expect(list.at(-1)).toBe(run.position - 1);
          const sinks = entry.sinks ?? 0;
          expect(list.slice(0, sinks)).toEqual([0, 1].slice(0, sinks));
        }
        for (const lists of run.entries) {
          if (!entry.held) continue;
          const held = lists.reduce((sum, list) => sum + list.length, 0);
          const question = cache.compressAfter === 'context' ? IDS.length - CONTEXT : 0;
          const more = entry.grows ? (fed + question) * lists.length : 0;
          expect(held).toBeLessThanOrEqual(entry.held(BUDGET, MODEL.config) + more);
        }
      };
      check(0);
      MORE.forEach((id, step) => {
        run.decode(id);
        check(step + 1);
      });
    });

    test('the same run again gives the same logits', () => {
      const [first, second] = [0, 1].map(() => {
        const { run } = runOf(entry, BUDGET, protocol);
        for (const id of MORE) run.decode(id);
        return run.logits;
      });
      expect(first).toEqual(second);
    });
  });
});

describe.each(CASES.filter(({ pure }) => pure))('one layer under $name', (entry) => {
  // One KV head, so that all heads hold the same tokens, whose keys and values depend on nothing else.
  const model = tinyModel({ layers: 1, kvHeads: 1 });

  test('evicted and re-indexed: the dense pass over the tokens that are left', () => {
    const cache: CacheMethod = {
      ...entry.make(BUDGET, 'prompt', model.config),
      positions: 'reindexed',
    };
    const run = readRun(model, { cache }, IDS, { chunk: 3 });
    for (const id of MORE) run.decode(id);
    const read = run.reads[MORE.length - 1][0][0];
    const wanted = forward(
      model.config,
      model.weights,
      read.map((position) => [...IDS, ...MORE][position]),
    ).logits[read.length - 1];
    wanted.forEach((logit, i) => {
      expect(run.logits[i]).toBeCloseTo(logit, 12);
    });
  });

  test('evicted, positions kept: a full cache of which only the tokens left are read', () => {
    const cache: CacheMethod = {
      ...entry.make(BUDGET, 'prompt', model.config),
      positions: 'original',
    };
    const run = readRun(model, { cache }, IDS, { chunk: 3 });
    for (const id of MORE) run.decode(id);
    const decode: DecodeMethod = {
      positions: 'original',
      select: ({ step, queries }) => queries.map((_, head) => run.reads[step][0][head]),
    };
    const full = readRun(model, { decode }, IDS);
    for (const id of MORE) full.decode(id);
    full.logits.forEach((logit, i) => {
      expect(run.logits[i]).toBeCloseTo(logit, 12);
    });
  });
});
