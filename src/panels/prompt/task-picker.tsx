import { useId } from 'react';
import { TASKS } from '../../needle/tasks/registry';
import { taskChange } from '../../state/choose-task';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { TaskInfo, TaskParameters } from '../parts/task-parameters';

const selectTask = (state: PageState) => state.setup.task;

const OWN_NEEDLE = 'own-needle';

/** What is hidden and asked: a needle of one's own, or a task with its controls. */
export function TaskPicker() {
  const id = useId();
  const task = usePage(selectTask);
  const store = usePageStore();
  const { changeSetup } = usePageActions();
  const choose = (next: typeof task) => changeSetup(taskChange(store.getState().setup, next));
  return (
    <>
      <div className="task-picker">
        <label htmlFor={id}>Task</label>
        <select
          id={id}
          value={task?.id ?? OWN_NEEDLE}
          onChange={({ target }) =>
            choose(target.value === OWN_NEEDLE ? null : { id: target.value, values: {} })
          }
        >
          <option value={OWN_NEEDLE}>One needle, written here</option>
          {TASKS.map(({ id: value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        {task && <TaskInfo id={task.id} />}
      </div>
      {task && <TaskParameters task={task} onChange={choose} />}
    </>
  );
}
