import { expect, test } from 'vitest';
import { taskFrom } from '../needle/tasks/registry';
import { maxTokensFrom, promptFrom } from './headless-options';

test('a task takes the place of the needle', () => {
  const prompt = promptFrom({ task: 'threading', setTask: ['hops=5'], seed: 3, depth: 10 });
  expect(prompt).toMatchObject({
    task: taskFrom('threading', ['hops=5']),
    needle: '',
    question: '',
    expected: '',
    seed: 3,
    depth: 10,
  });
  expect('task' in promptFrom({ seed: 3 })).toBe(false);
});

test('its answers get the tokens that they take, unless told otherwise', () => {
  expect(maxTokensFrom({})).toBe(48);
  expect(maxTokensFrom({ task: 'single-needle' })).toBe(48);
  expect(maxTokensFrom({ task: 'threading', setTask: ['hops=5'] })).toBeGreaterThan(60);
  expect(maxTokensFrom({ task: 'threading', maxTokens: 3 })).toBe(3);
});

test.each([
  [{ task: 'threading', question: 'Where?' }, 'Both a task and the question'],
  [{ setTask: ['hops=5'] }, 'settings of a task, but no task'],
  [{ task: 'haystack' }, 'There is no task "haystack"'],
])('refuses %j', (options, message) => {
  expect(() => promptFrom(options)).toThrow(message);
});
