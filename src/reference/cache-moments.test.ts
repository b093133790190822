import { describe, expect, test } from 'vitest';
import { keepAll } from './methods/cache/keep-all';
import type { CacheMethod } from './methods/method';
import { randomIds, readRun, tinyModel } from './testing';
import { expectClose } from './testing-close';
import { forward } from './transformer';

const MODEL = tinyModel();
const IDS = randomIds(20, MODEL.config);

describe('the moments of a cache method', () => {
  function recording(compressAfter: CacheMethod['compressAfter'], heard: string[]): CacheMethod {
    return {
      ...keepAll(),
      compressAfter,
      makeRoom(entries, tokens) {
        heard.push(`room ${tokens}`);
        return entries;
      },
      observe: ({ layer, start, weights }) => {
        if (layer === 1) heard.push(`rows ${start}+${weights[0].length}`);
      },
      compress(entries) {
        heard.push(`compress ${entries[0][0].length}`);
        return entries;
      },
      afterTokens(entries) {
        heard.push(`after ${entries[0][0].length}`);
        return entries;
      },
    };
  }

  test('prompt: everything is read first', () => {
    const heard: string[] = [];
    const cache = recording('prompt', heard);
    readRun(MODEL, { cache }, IDS, { context: 13, chunk: 12 }).decode(3);
    expect(heard).toEqual([
      'room 12',
      'rows 0+12',
      'room 8',
      'rows 12+8',
      'compress 20',
      'room 1',
      'rows 20+1',
      'after 21',
    ]);
  });

  test('context: a chunk ends there, and the question comes in pieces of at most 32', () => {
    const heard: string[] = [];
    const ids = randomIds(55, MODEL.config);
    readRun(MODEL, { cache: recording('context', heard) }, ids, { context: 20, chunk: 64 });
    expect(heard).toEqual([
      'room 20',
      'rows 0+20',
      'compress 20',
      'room 32',
      'rows 20+32',
      'after 52',
      'room 3',
      'rows 52+3',
      'after 55',
    ]);
  });

  test('surprisals are those of the logits before each token', () => {
    const heard: (number | null)[] = [];
    const cache: CacheMethod = {
      ...keepAll(),
      surprisal: (position, value) => {
        expect(position).toBe(heard.length);
        heard.push(value);
      },
    };
    const run = readRun(MODEL, { cache }, IDS);
    run.decode(3);
    const { logits } = forward(MODEL.config, MODEL.weights, [...IDS, 3]);
    const wanted = [...IDS, 3].slice(1).map((id, i) => {
      const exponentials = logits[i].map(Math.exp);
      return -Math.log(exponentials[id] / exponentials.reduce((sum, value) => sum + value));
    });
    expect(heard[0]).toBeNull();
    expectClose(heard.slice(1).map(Number), wanted);
  });

  test('what a method drops is gone, and the bias of an entry is added to its score', () => {
    const cache: CacheMethod = {
      ...keepAll(),
      compress: (entries) =>
        entries.map((lists) =>
          lists.map((list) => [{ ...list[0], bias: Math.log(2) }, ...list.slice(15)]),
        ),
    };
    const run = readRun(MODEL, { cache }, IDS);
    run.decode(3);
    expect(run.reads[0][1][2]).toEqual([0, 15, 16, 17, 18, 19, 20]);
    const dense = forward(MODEL.config, MODEL.weights, [...IDS, 3]).attention[0][1][20];
    const masses = [0, 15, 16, 17, 18, 19, 20].map((key) => (key === 0 ? 2 : 1) * dense[key]);
    const total = masses.reduce((sum, mass) => sum + mass);
    expectClose(
      [...run.weights[0][1][20].values()],
      masses.map((mass) => mass / total),
    );
  });

  test('the prompt must be as long as it was said to be', () => {
    const run = readRun(MODEL, {}, IDS);
    expect(() => run.read(IDS.slice(1))).toThrow('The prompt has 20 tokens, found 19.');
  });
});
