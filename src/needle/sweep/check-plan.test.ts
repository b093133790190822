import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../strategies/presets';
import { calibrationMark, completePlan, differenceOf, parseSteps, planId } from './check-plan';
import { parseStrategy, sweepStrategy } from './strategy-title';
import { testPlan } from './testing';

const PLAN = testPlan();

describe('a plan', () => {
  test('is put in order and completed', () => {
    const plan = testPlan({ lengths: [512, 128, 512], depths: [100, 0] });
    expect(plan).toMatchObject({ lengths: [128, 512], depths: [0, 100] });
    expect(plan.task.values).toEqual({ value: 'number' });
    expect(plan.strategies[1].choice.cache).toEqual({ id: 'window', values: { recent: 32 } });
    expect(plan.maxTokens).toBeGreaterThan(8);
    expect(completePlan(plan)).toEqual(plan);
  });

  test.each([
    [{ lengths: [] }, 'takes 1 to 101 lengths'],
    [{ lengths: [12.5] }, 'lengths must be whole numbers'],
    [{ depths: [101] }, 'depths must be numbers from 0 to 100, found 101'],
    [{ depths: [Number.NaN] }, 'found NaN'],
    [{ samples: 0 }, 'samples must be a whole number from 1 to 1000'],
    [{ strategies: [] }, 'no strategy'],
    [{ strategies: [parseStrategy('dense'), parseStrategy('dense')] }, 'twice'],
    [{ task: { id: 'x', values: {} } }, 'no task "x"'],
  ])('refuses %j', (change, message) => {
    expect(() => testPlan(change)).toThrow(message);
  });

  test('keeps strategies whose axes exclude each other: their samples will say so', () => {
    const both = parseStrategy('streaming-llm:decode=quest');
    expect(testPlan({ strategies: [both] }).strategies).toEqual([both]);
  });

  test('has a name that more samples do not change, and everything else does', () => {
    expect(planId(testPlan())).toBe(planId(PLAN));
    expect(planId(testPlan({ samples: 9 }))).toBe(planId(PLAN));
    const others = [
      testPlan({ seed: 2 }),
      testPlan({ lengths: [128] }),
      testPlan({ haystack: { title: 'mine', text: 'One.' } }),
      testPlan({ haystack: { title: 'mine', text: 'Two.' } }),
      testPlan({ task: { id: 'threading', values: {} } }),
      testPlan({ model: { ...PLAN.model, calibration: 'abc' } }),
    ];
    expect(new Set([PLAN, ...others].map(planId)).size).toBe(7);
    for (const other of others) expect(differenceOf(PLAN, other)).not.toBeNull();
    expect(differenceOf(PLAN, testPlan({ samples: 9 }))).toBeNull();
  });

  test('says what is different', () => {
    expect(differenceOf(PLAN, testPlan({ depths: [0, 100] }))).toBe(
      'They differ in depths: 0, 50 and 0, 100.',
    );
    const wider = [parseStrategy('dense'), parseStrategy('window:cache.recent=64')];
    expect(differenceOf(PLAN, testPlan({ strategies: wider }))).toContain('differ in strategies');
  });
});

describe('numbers as typed', () => {
  test.each([
    ['256, 512', [256, 512]],
    [' 0 25;50\n', [0, 25, 50]],
    ['', []],
  ])('%j', (text, values) => {
    expect(parseSteps('Lengths', text)).toEqual(values);
  });

  test('a word is no number', () => {
    expect(() => parseSteps('Lengths', '256, long')).toThrow('found "long"');
  });
});

describe('a strategy as typed', () => {
  test('is called after its preset, or after what was changed', () => {
    expect(parseStrategy('dense').title).toBe('Dense');
    expect(parseStrategy('streaming-llm:cache.recent=64').title).toBe(
      'StreamingLLM (recent entries 64)',
    );
    const own = parseStrategy('dense:prefill=a-shape,cache=window,cache.recent=64');
    expect(own.title).toBe('A-shape + Window (recent entries 64)');
    const titles = PRESETS.map(({ choice }) => sweepStrategy(choice).title);
    expect(titles).toEqual(PRESETS.map(({ title }) => title));
  });

  test('several settings, lists of heads included', () => {
    const { choice, title } = parseStrategy(
      'snapkv:cache.budget=64,score=head-mask,score.heads=2.0,2.5',
    );
    expect(choice.cache.values.budget).toBe(64);
    expect(choice.score).toEqual({ id: 'head-mask', values: { heads: '2.0,2.5' } });
    expect(title).toContain('64');
    expect(title).toContain('2.0,2.5');
  });

  test('refuses what does not exist', () => {
    expect(() => parseStrategy('magic')).toThrow('no strategy "magic"');
    expect(() => parseStrategy('dense:cache.budget=1')).toThrow('no parameter "budget"');
  });
});

describe('the calibration of a sweep', () => {
  const razor = [parseStrategy('razor-attention')];

  test('counts only where a strategy takes something from it', () => {
    expect(calibrationMark(PLAN.strategies, null)).toBeNull();
    expect(() => calibrationMark(razor, null)).toThrow('needs a calibration');
  });

  test('another measurement of what is taken is another sweep, of anything else not', () => {
    const classes = { induction: [[1, 2]], echo: [[3, 4]] };
    const calibration = { model: 'tiny', headClasses: classes };
    const mark = calibrationMark(razor, calibration);
    expect(mark).toMatch(/^[0-9a-f]{8}$/);
    expect(calibrationMark(razor, { ...calibration, streamingGates: [[1]] })).toBe(mark);
    const others = { ...calibration, headClasses: { ...classes, echo: [[0, 0]] } };
    expect(calibrationMark(razor, others)).not.toBe(mark);
  });
});
