import { expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import { taskFrom } from '../needle/tasks/registry';
import { taskChange } from './choose-task';
import { promptProblem, promptSpecOf, setupFrom } from './setup';

const SETUP = setupFrom(defaultPrompt(1));

test('a task comes with room for its answers, and leaves with it', () => {
  const chain = { ...SETUP, ...taskChange(SETUP, taskFrom('threading', ['hops=4'])) };
  expect(promptSpecOf(chain).task).toEqual(taskFrom('threading', ['hops=4']));
  expect(chain.numbers.maxTokens).toBeGreaterThan(60);
  expect({ ...chain, ...taskChange(chain, null) }).toEqual(SETUP);
});

test('a value that is being typed is a problem of the prompt, and changes no room', () => {
  const typed = { ...SETUP, ...taskChange(SETUP, { id: 'threading', values: { hops: '' } }) };
  expect(typed.numbers).toEqual(SETUP.numbers);
  expect(promptProblem(typed)).toContain('hops must be a whole number');
});
