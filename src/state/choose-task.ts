import { completeTask, taskOf } from '../needle/tasks/registry';
import type { TaskChoice } from '../needle/tasks/task';
import { PROMPT_PARAMETERS, type Setup } from './setup';

/** Choosing a task also gives its answers the tokens that they take; a value still being typed changes none. */
export function taskChange({ numbers }: Setup, task: TaskChoice | null): Partial<Setup> {
  return { task, numbers: { ...numbers, maxTokens: tokensFor(task) ?? numbers.maxTokens } };
}

function tokensFor(task: TaskChoice | null): number | null {
  if (!task) return PROMPT_PARAMETERS.maxTokens.default;
  try {
    return taskOf(task.id).answerTokens(completeTask(task).values);
  } catch {
    return null;
  }
}
