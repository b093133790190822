import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { outcomeLine, planLine } from '../../../../src/needle/sweep/lines';
import { samplesOf } from '../../../../src/needle/sweep/order';
import { testOutcome, testPlan } from '../../../../src/needle/sweep/testing';
import { splitWords } from '../batch';
import { readMergeArguments, readSweepArguments } from './arguments';
import { checkSameSweep, readSweepFile, SweepFile } from './file';
import { merge } from './main';
import { progressLine, summary } from './print';

const folder = mkdtempSync(join(tmpdir(), 'needlescope-sweep-'));
const at = (name: string) => join(folder, name);
const sweepOf = (line: string) =>
  readSweepArguments(splitWords(`--out ${at('x.jsonl')} --adapter software ${line}`));

const PLAN = testPlan();
const OUTCOMES = samplesOf(PLAN).map((id) => testOutcome(id, { correct: id.depth === 0 }));

afterEach(() => vi.restoreAllMocks());

describe('the flags of a sweep', () => {
  test('all of them', () => {
    const given = sweepOf(
      '--lengths 512,256 --depths 0,50,100 --strategy dense --strategy snapkv:cache.budget=64 ' +
        '--task multi-key --set-task distractors=8 --set-task value=word --samples 5 --seed 9 ' +
        '--haystack genesis --max-tokens 40 --shard 2/3 --csv',
    );
    expect(given).toMatchObject({
      plan: {
        haystack: { id: 'genesis' },
        task: { id: 'multi-key', values: { distractors: 8, value: 'word' } },
        lengths: [256, 512],
        depths: [0, 50, 100],
        samples: 5,
        seed: 9,
        maxTokens: 40,
      },
      shard: { index: 1, count: 3 },
      format: 'csv',
      adapter: 'software',
      model: null,
      calibration: undefined,
    });
    expect(given.plan.strategies.map(({ title }) => title)).toEqual([
      'Dense',
      'SnapKV (budget 64)',
    ]);
  });

  test('what is left out', () => {
    const { plan, shard, format } = sweepOf('--lengths 64 --depths 50');
    expect(plan).toMatchObject({
      haystack: { id: 'stories' },
      task: { id: 'single-needle' },
      samples: 3,
      seed: 1,
    });
    expect(plan.strategies.map(({ title }) => title)).toEqual(['Dense']);
    expect({ shard, format }).toEqual({ shard: { index: 0, count: 1 }, format: 'text' });
  });

  test.each([
    ['--depths 50', '--lengths is missing'],
    ['--lengths 64 --depths 101', 'depths must be numbers from 0 to 100'],
    ['--lengths long --depths 50', '--lengths must be numbers'],
    ['--lengths 64 --depths 50 --strategy magic', 'no strategy "magic"'],
    ['--lengths 64 --depths 50 --task x', 'no task "x"'],
    ['--lengths 64 --depths 50 --shard 3/2', '--shard must be i/n'],
    ['--lengths 64 --depths 50 --shard 0/2', '--shard must be i/n'],
    ['--lengths 64 --depths 50 --json --csv', 'not both'],
    ['--lengths 64 --depths 50 --wings 2', "'--wings'"],
    ['--lengths 64 --depths 50 --out /nowhere/at/all', 'there is no folder'],
  ])('refuses %s', (line, message) => {
    expect(() => sweepOf(line)).toThrow(message);
  });
});

describe('the file of a sweep', () => {
  test('keeps what is added, and goes on after a line that was cut off', async () => {
    const path = at('resumed.jsonl');
    expect(readSweepFile(path)).toBeNull();
    const first = SweepFile.open(path, PLAN, null);
    for (const outcome of OUTCOMES.slice(0, 3)) await first.add(outcome);
    first.close();
    appendFileSync(path, '{"strategy":0,"length":1');
    const before = readSweepFile(path);
    expect(before?.outcomes).toEqual(OUTCOMES.slice(0, 3));
    const second = SweepFile.open(path, PLAN, before);
    await second.add(OUTCOMES[3]);
    second.close();
    expect(readFileSync(path, 'utf8')).toBe(
      planLine(PLAN) + OUTCOMES.slice(0, 4).map(outcomeLine).join(''),
    );
  });

  test('letters outside ASCII do not shift where it goes on', async () => {
    const path = at('own.jsonl');
    const plan = testPlan({ haystack: { title: 'Über', text: 'Zwölf Käfer.' } });
    writeFileSync(path, `${planLine(plan)}${outcomeLine(OUTCOMES[0])}{"ä`);
    const file = SweepFile.open(path, plan, readSweepFile(path));
    await file.add(OUTCOMES[1]);
    file.close();
    expect(readSweepFile(path)?.outcomes).toEqual(OUTCOMES.slice(0, 2));
  });

  test('more samples are a new line of the plan', () => {
    const path = at('more.jsonl');
    SweepFile.open(path, PLAN, null).close();
    const more = testPlan({ samples: 5 });
    SweepFile.open(path, more, readSweepFile(path)).close();
    expect(readSweepFile(path)?.plan).toEqual(more);
  });

  test('of another sweep is not touched', () => {
    expect(() => checkSameSweep('a', PLAN, testPlan({ seed: 5 }))).toThrow(
      'a holds another sweep. They differ in seed: 1 and 5.',
    );
    checkSameSweep('a', PLAN, testPlan({ samples: 5 }));
  });
});

describe('merge', () => {
  const write = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };
  const part = (index: number) =>
    planLine(PLAN) +
    OUTCOMES.filter((_, i) => Math.floor(i / 2) % 2 === index)
      .map(outcomeLine)
      .join('');

  test('writes one file of several, and prints what it says', () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    const [a, b] = [write('a.jsonl', part(0)), write('b.jsonl', part(1))];
    expect(merge([a, b, '--out', at('all.jsonl'), '--json'])).toBe(0);
    expect(readSweepFile(at('all.jsonl'))?.outcomes).toHaveLength(OUTCOMES.length);
    const said = JSON.parse(print.mock.calls[0][0]);
    expect(said.plan).toEqual(PLAN);
    expect(said.cells).toHaveLength(8);
    expect(said.strategies[0]).toMatchObject({ done: 8, correct: 4, accuracy: 0.5 });
  });

  test('says what is missing', () => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
    const warn = vi.spyOn(console, 'error').mockImplementation(() => {});
    merge([write('half.jsonl', part(0))]);
    expect(warn.mock.calls[0][0]).toBe('8 of 16 samples are missing.');
  });

  test('refuses what does not belong together', () => {
    const a = write('c.jsonl', planLine(PLAN));
    const b = write('d.jsonl', planLine(testPlan({ depths: [0] })));
    expect(() => merge([a, b])).toThrow('They differ in depths: 0, 50 and 0.');
    expect(() => merge([at('none.jsonl')])).toThrow('empty, or not there');
    expect(() => readMergeArguments([])).toThrow('needs the files');
  });
});

describe('what is printed', () => {
  test('a grid for each strategy, with what the numbers mean', () => {
    const text = summary('text', PLAN, OUTCOMES);
    expect(text).toContain('depth  128 tokens  256 tokens');
    expect(text).toContain('  0 %         2/2         2/2');
    expect(text).toContain(' 50 %         0/2         0/2');
    expect(text).toContain('found     50 % of 8, 95 % interval 22 % to 78 %');
    expect(text.split('\n\n')).toHaveLength(2);
  });

  test('a row a cell for a spreadsheet', () => {
    const [head, ...rows] = summary('csv', PLAN, OUTCOMES).split('\r\n');
    expect(head).toMatch(/^strategy,length,depth,planned,done,correct,accuracy,/);
    expect(rows).toHaveLength(8);
  });

  test('how far it is', () => {
    const line = progressLine(PLAN, { done: 3, total: 16, remainingMs: 190_000 }, OUTCOMES[0]);
    expect(line).toBe('3 of 16 samples · Dense, 128 tokens, depth 0 %: found · about 3 min left');
    const { result: _, ...id } = OUTCOMES[0] as Extract<(typeof OUTCOMES)[0], { result: unknown }>;
    const trouble = { code: 'bad-input' as const, what: 'Too short.', advice: '', actions: [] };
    const last = progressLine(PLAN, { done: 16, total: 16, remainingMs: 0 }, { ...id, trouble });
    expect(last).toMatch(/depth 0 %: Too short\.$/);
  });
});
