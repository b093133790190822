import { describe, expect, test } from 'vitest';
import { ChunkPace } from './chunk-pace';
import { MAX_CHUNK } from './kernels';
import { MIN_CHUNK } from './run-limits';

describe('the pace of chunks', () => {
  test('fast submissions grow the chunk to the longest', () => {
    const pace = new ChunkPace(null, 6);
    for (let i = 0; i < 20; i++) pace.measured(1);
    expect(pace).toMatchObject({ chunk: MAX_CHUNK, parts: 1 });
  });

  test('slow submissions of the shortest chunk are split by layers, no further than one layer each', () => {
    const pace = new ChunkPace(null, 6);
    for (let i = 0; i < 20; i++) pace.measured(1000);
    expect(pace).toMatchObject({ chunk: MIN_CHUNK, parts: 6 });
    for (let i = 0; i < 2; i++) pace.measured(1);
    expect(pace.parts).toBe(1);
  });

  test('a submission near the target changes nothing', () => {
    const pace = new ChunkPace(null, 6);
    pace.measured(100);
    expect(pace).toMatchObject({ chunk: MIN_CHUNK, parts: 1 });
  });

  test('a fixed chunk begins one layer at a time and keeps its length', () => {
    const pace = new ChunkPace(MAX_CHUNK, 6);
    expect(pace.parts).toBe(6);
    for (let i = 0; i < 20; i++) pace.measured(1);
    expect(pace).toMatchObject({ chunk: MAX_CHUNK, parts: 1 });
    for (let i = 0; i < 20; i++) pace.measured(1000);
    expect(pace).toMatchObject({ chunk: MAX_CHUNK, parts: 6 });
  });
});
