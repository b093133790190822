import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readArguments, readBatch } from './arguments';
import { splitWords } from './batch';
import { UsageError } from './flags';

const callOf = (line: string) => readArguments(splitWords(line)).call;
const folder = mkdtempSync(join(tmpdir(), 'needlescope-'));
writeFileSync(join(folder, 'text.txt'), 'Once upon a time');
writeFileSync(join(folder, 'tiny.json'), '{"model":"tiny"}');

afterEach(() => vi.unstubAllEnvs());

describe('readArguments', () => {
  test('run: all flags', () => {
    const { call, json, adapter, model } = readArguments(
      splitWords(
        'run --strategy window --set cache.recent=64 --set score=temperature --haystack genesis --length 300 ' +
          '--depth 12.5 --seed 4 --needle "" --question Q? --expected 5 --max-tokens 3 --temperature 0.5 ' +
          '--top-k 4 --top-p 0.9 --json --adapter software',
      ),
    );
    expect(call).toEqual({
      command: 'run',
      options: {
        strategy: 'window',
        set: ['cache.recent=64', 'score=temperature'],
        haystack: 'genesis',
        length: 300,
        depth: 12.5,
        seed: 4,
        needle: '',
        question: 'Q?',
        expected: '5',
        maxTokens: 3,
        temperature: 0.5,
        topK: 4,
        topP: 0.9,
      },
    });
    expect({ json, adapter, model }).toEqual({ json: true, adapter: 'software', model: null });
  });

  test('flags that are absent leave no fields, so that the page chooses', () => {
    expect(callOf('run')).toEqual({ command: 'run', options: {} });
    expect(callOf('strategies')).toEqual({ command: 'strategies', options: {} });
  });

  test('ids and ranges', () => {
    expect(callOf('logits --ids 1,2,3 --top 10')).toEqual({
      command: 'logits',
      options: { ids: [1, 2, 3], top: 10 },
    });
    expect(callOf('tile --ids 0,5 --layer 1 --head 2 --queries 0:2 --keys 1:2')).toEqual({
      command: 'tile',
      options: { ids: [0, 5], layer: 1, head: 2, queries: [0, 2], keys: [1, 2] },
    });
    expect(callOf('tile --ids 0 --layer mean --head max --queries 0:1 --keys 0:1')).toMatchObject({
      options: { layer: 'mean', head: 'max' },
    });
  });

  test('heads: a prompt or ids, an answer, and what else to list', () => {
    expect(callOf('heads --length 64 --max-tokens 0')).toEqual({
      command: 'heads',
      options: { length: 64, maxTokens: 0 },
    });
    expect(callOf('heads --ids 0,5 --mass --curves')).toEqual({
      command: 'heads',
      options: { ids: [0, 5], mass: true, curves: true },
    });
  });

  test('compare: a run, and a second strategy', () => {
    expect(
      callOf(
        'compare --strategy snapkv --set cache.budget=64 --with window --with-set cache.recent=9',
      ),
    ).toEqual({
      command: 'compare',
      options: {
        strategy: 'snapkv',
        set: ['cache.budget=64'],
        with: 'window',
        withSet: ['cache.recent=9'],
      },
    });
  });

  test('perplexity: a text and strategies; bench: lengths', () => {
    expect(
      callOf(
        'perplexity --strategies "dense  snapkv:cache.budget=64" --length 300 --start 40 --prompt 8',
      ),
    ).toEqual({
      command: 'perplexity',
      options: {
        strategies: ['dense', 'snapkv:cache.budget=64'],
        length: 300,
        start: 40,
        prompt: 8,
      },
    });
    expect(callOf('perplexity --strategy window --set cache.recent=9 --ids 4,5')).toEqual({
      command: 'perplexity',
      options: { strategy: 'window', set: ['cache.recent=9'], ids: [4, 5] },
    });
    expect(callOf('bench --lengths 64,128 --steps 8 --roofline --haystack genesis')).toEqual({
      command: 'bench',
      options: { lengths: [64, 128], steps: 8, roofline: true, haystack: 'genesis' },
    });
    expect(() => callOf('bench --lengths 64,x')).toThrow(UsageError);
  });

  test("files are found from the caller's folder, which npm names", () => {
    vi.stubEnv('INIT_CWD', folder);
    expect(callOf('heads --text text.txt')).toEqual({
      command: 'heads',
      options: { text: 'Once upon a time' },
    });
    expect(readArguments(splitWords('run --model .')).model).toBe(folder);
    expect(readArguments(splitWords('run --text text.txt')).precision).toBe('f32');
    expect(readArguments(splitWords('run --text text.txt --precision int4')).precision).toBe(
      'int4',
    );
    const id = 'hub:owner/name@main:model-Q8_0.gguf';
    expect(readArguments(splitWords(`run --model ${id}`)).model).toBe(id);
    const file = join(folder, 'own', 'model.gguf');
    mkdirSync(join(folder, 'own'), { recursive: true });
    writeFileSync(file, '');
    expect(readArguments(splitWords('run --model own')).model).toBe(file);
    expect(readArguments(splitWords('run --model own/model.gguf')).model).toBe(file);
    expect(readBatch(splitWords('run --batch text.txt'))).toBe('Once upon a time');
  });

  test('calibrate: what to measure, and where it goes', () => {
    expect(callOf('calibrate')).toEqual({ command: 'calibrate', options: {} });
    vi.stubEnv('INIT_CWD', folder);
    const words = 'calibrate --kinds head-classes,streaming-gates --out found.json';
    const { call, out } = readArguments(splitWords(words));
    expect(call.options).toEqual({ kinds: ['head-classes', 'streaming-gates'] });
    expect(out).toBe(join(folder, 'found.json'));
    expect(readArguments(['calibrate']).out).toBeNull();
  });

  test('a calibration is read from its file', () => {
    vi.stubEnv('INIT_CWD', folder);
    const options = { calibration: { model: 'tiny' } };
    expect(callOf('run --calibration tiny.json')).toEqual({ command: 'run', options });
    expect(() => callOf('run --calibration text.txt')).toThrow('text.txt is not JSON');
  });

  test('a line of a batch adds to the command line and wins over it', () => {
    const outer = splitWords('run --json --batch f --seed 1 --set cache.recent=9 --length 100');
    expect(readArguments(outer, splitWords('--seed 2 --set cache.sinks=1')).call).toEqual({
      command: 'run',
      options: { seed: 2, length: 100, set: ['cache.recent=9', 'cache.sinks=1'] },
    });
    const other = readArguments(splitWords('run --batch f'), splitWords('logits --ids 1'));
    expect(other.call.command).toBe('logits');
  });

  test.each([
    ['', 'must be one of run, '],
    ['walk', 'found "walk"'],
    ['run 512', '"512" belongs to no flag'],
    ['run --lenght 5', '--lenght'],
    ['run --layer 1', 'run has no flag --layer'],
    ['logits --ids 1 --seed 2', 'logits has no flag --seed'],
    ['strategies --set a', 'Its flags: none'],
    ['run --depth deep', '--depth must be a number, found "deep"'],
    ['run --length', '--length'],
    ['logits', '--ids is missing'],
    ['logits --ids 1,,2', '--ids must be whole numbers'],
    ['logits --ids 1.5', 'found "1.5"'],
    ['tile --ids 1 --head 0 --queries 0:1 --keys 0:1', '--layer is missing'],
    ['tile --ids 1 --layer median --head 0 --queries 0:1 --keys 0:1', 'an index, mean or max'],
    ['tile --ids 1 --layer 0 --head 0 --queries 5 --keys 0:1', '--queries must be from:to'],
    ['run --adapter fast', '--adapter must be gpu or software, found "fast"'],
    ['run --text /does/not/exist', '--text: the file could not be read'],
    ['run --calibration /does/not/exist', '--calibration: the file could not be read'],
    ['run --out x', 'run has no flag --out'],
    ['calibrate --seed 1', 'calibrate has no flag --seed'],
    ['calibrate --kinds gates', '--kinds takes head-classes, prefill-patterns, streaming-gates'],
    ['calibrate --out /does/not/exist', '--out: there is no folder /does/not'],
    ['run --model /does/not/exist', '--model must be a folder'],
    ['run --model tiny.json', '--model must be a folder'],
    ['strategies --precision int2', '--precision must be f32, f16, int8, int4, found "int2"'],
  ])('refuses: %s', (line, part) => {
    expect(() => callOf(line)).toThrow(UsageError);
    expect(() => callOf(line)).toThrow(part);
  });

  test('a batch inside a batch is refused', () => {
    expect(() => readArguments(['run'], ['--batch', 'f'])).toThrow('cannot have --batch');
  });
});
