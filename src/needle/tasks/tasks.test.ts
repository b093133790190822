import { describe, expect, test } from 'vitest';
import { isNumberParameter } from '../../strategies/schema';
import { judge } from '../score';
import { makeTask, settingsOfTask, TASKS, taskFrom, taskOf } from './registry';
import type { TaskChoice, TaskInstance } from './task';

const SEEDS = Array.from({ length: 2 }, (_, seed) => seed);
const asked = ({ facts }: TaskInstance) => facts.filter((fact) => fact.asked);
const texts = (facts: TaskInstance['facts']) => facts.map(({ text }) => text);
const depths = (facts: TaskInstance['facts']) => facts.map(({ depth }) => depth);
const make = (id: string, settings: string[], seed = 1, depth = 0) =>
  makeTask(taskFrom(id, settings), seed, depth);

/** Every task with its defaults, and with each option of each choice and the ends of each number. */
const CHOICES: TaskChoice[] = TASKS.flatMap((task) => [
  { id: task.id, values: {} },
  ...task.parameters.flatMap((parameter): TaskChoice[] => {
    if (parameter.kind === 'choice') {
      return parameter.options.map(({ value }) => ({
        id: task.id,
        values: { [parameter.name]: value },
      }));
    }
    const ends = isNumberParameter(parameter) ? [parameter.min, parameter.max] : [];
    return ends.map((value) => ({ id: task.id, values: { [parameter.name]: value } }));
  }),
]);

describe.each(
  CHOICES.map((choice) => [`${choice.id} ${JSON.stringify(choice.values)}`, choice] as const),
)('%s', (_name, choice) => {
  test('the facts asked for answer the question, the question and the others do not', () => {
    for (const seed of SEEDS) {
      const instance = makeTask(choice, seed, 50);
      // The words of a chain's links are all there, in whatever order the links are.
      const verdict = judge(texts(asked(instance)).join(' '), instance);
      expect(verdict).toEqual({ correct: true, score: 1 });
      expect(judge(instance.question, instance).correct).toBe(false);
      const others = instance.facts.filter((fact) => !fact.asked);
      expect(judge(texts(others).join(' '), instance).correct).toBe(false);
    }
  });

  test('the same seed gives the same facts, another one others', () => {
    expect(makeTask(choice, 7, 20)).toEqual(makeTask(choice, 7, 20));
    expect(texts(makeTask(choice, 7, 20).facts)).not.toEqual(texts(makeTask(choice, 8, 20).facts));
  });

  test('another depth moves the facts asked for and changes no word', () => {
    const [early, late] = [makeTask(choice, 3, 0), makeTask(choice, 3, 100)];
    expect(texts(late.facts)).toEqual(texts(early.facts));
    expect(Math.min(...depths(asked(early)))).toBe(0);
    expect(new Set(depths(asked(late)))).toEqual(new Set([100]));
    for (const { depth } of [...early.facts, ...late.facts]) {
      expect(depth).toBeGreaterThanOrEqual(0);
      expect(depth).toBeLessThanOrEqual(100);
    }
  });

  test('no sentence is there twice', () => {
    for (const seed of SEEDS) {
      const { facts } = makeTask(choice, seed, 50);
      expect(new Set(texts(facts)).size).toBe(facts.length);
    }
  });
});

test('distractors are of the same kind, and only the name tells which is asked for', () => {
  const { facts, question, expected } = make('multi-key', ['distractors=64', 'value=word']);
  expect(facts).toHaveLength(65);
  const forms = facts.map(({ text }) => text.replace(/ of .*$/, ''));
  expect(new Set(forms).size).toBe(1);
  const [, name] = /of (.+)\?$/.exec(question) ?? [];
  expect(facts.filter(({ text }) => text.includes(` of ${name} is`))).toHaveLength(1);
  expect(facts[0].text).toContain(expected[0]);
});

test('several needles follow at equal steps', () => {
  const instance = make('several-needles', ['needles=4'], 1, 20);
  expect(depths(instance.facts)).toEqual([20, 40, 60, 80]);
  expect(instance.expected).toHaveLength(4);
});

test('a conditional answer that names another number is wrong', () => {
  const { expected, wrong = [], ...check } = make('conditional', ['needles=2', 'others=2']);
  expect(wrong).toHaveLength(2);
  const right = expected.join(' and ');
  expect(judge(right, { expected, wrong, ...check })).toEqual({ correct: true, score: 1 });
  expect(judge(`${right} and ${wrong[0]}`, { expected, wrong, ...check })).toEqual({
    correct: false,
    score: 1,
  });
  expect(judge(expected[0], { expected, wrong, ...check }).score).toBe(0.5);
});

test('the sign stands before the names that meet the condition, and before no other', () => {
  const { facts } = make('conditional', ['condition=sign', 'others=8']);
  for (const { text, asked: meets } of facts) expect(text.includes('*')).toBe(meets);
});

describe('a chain', () => {
  const links = (settings: string[]) => make('threading', ['hops=4', ...settings]).facts;
  const stations = (text: string) => /^The (.+) is in the (.+)\.$/.exec(text)?.slice(1) ?? [];

  test('forward, each link begins where the one before it ends', () => {
    const chain = links([]).map(({ text }) => stations(text));
    for (let i = 1; i < chain.length; i++) expect(chain[i][0]).toBe(chain[i - 1][1]);
  });

  test('backward is the reverse, random some order of the same links', () => {
    expect(texts(links(['direction=backward']))).toEqual(texts(links([])).reverse());
    expect(texts(links(['direction=random'])).sort()).toEqual(texts(links([])).sort());
  });

  test('is right with its end, and scored by all its words', () => {
    const instance = make('threading', ['hops=2']);
    const [box, place] = instance.expected;
    expect(judge(`It is in the ${place}.`, instance)).toMatchObject({
      correct: true,
      score: 1 / 3,
    });
    expect(judge(`It is in the ${box}.`, instance)).toMatchObject({ correct: false, score: 2 / 3 });
  });

  test('asked for all threads, every end counts', () => {
    const one = make('multi-threading', ['threads=3']);
    const all = make('multi-threading', ['threads=3', 'ask=all']);
    expect(one.facts).toHaveLength(6);
    expect(asked(one)).toHaveLength(2);
    expect(one.expected).toHaveLength(1);
    expect(asked(all)).toHaveLength(6);
    expect(all.expected).toHaveLength(3);
    expect(all.expected[0]).toBe(one.expected[0]);
  });
});

test('variables of one chain hold the number, those of others do not', () => {
  const { facts, expected, wrong } = make('variable-tracking', ['hops=2', 'chains=2']);
  expect(facts).toHaveLength(6);
  expect(facts[0].text).toMatch(/^VAR [A-Z]{5} = \d{5}\.$/);
  expect(facts[1].text).toBe(`VAR ${expected[1]} = VAR ${expected[0]}.`);
  expect(wrong).toHaveLength(3);
});

describe('a choice of a task', () => {
  test('goes through its settings and back', () => {
    const choice = taskFrom('multi-key', ['distractors=8', 'value=word']);
    expect(choice).toEqual({ id: 'multi-key', values: { distractors: 8, value: 'word' } });
    expect(taskFrom('multi-key', settingsOfTask(choice))).toEqual(choice);
    expect(settingsOfTask(taskFrom('multi-key', []))).toEqual([]);
  });

  test.each([
    ['haystack', [], 'There is no task "haystack"'],
    ['threading', ['hops=0'], 'hops must be a whole number from 1 to 25'],
    ['threading', ['hop=2'], 'has no parameter "hop"'],
    ['threading', ['hops'], 'not of the form name=value'],
  ])('refuses %s %j', (id, settings, message) => {
    expect(() => taskFrom(id, settings)).toThrow(message);
  });

  test('says everything about itself', () => {
    for (const { id } of TASKS) {
      const { title, summary, scoring, tryThis } = taskOf(id);
      for (const text of [title, summary, scoring, tryThis]) expect(text.length).toBeGreaterThan(8);
    }
  });
});
