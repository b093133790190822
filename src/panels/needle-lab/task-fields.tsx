import { useId } from 'react';
import { TASKS } from '../../needle/tasks/registry';
import type { TaskChoice } from '../../needle/tasks/task';
import { TaskInfo, TaskParameters } from '../parts/task-parameters';

interface TaskFieldsProps {
  task: TaskChoice;
  onChange(task: TaskChoice): void;
}

/** What is hidden and asked. */
export function TaskFields({ task, onChange }: TaskFieldsProps) {
  const id = useId();
  return (
    <>
      <div className="sweep-field">
        <label htmlFor={id}>Task</label>
        <span className="task-choice">
          <select
            id={id}
            value={task.id}
            onChange={(event) => onChange({ id: event.target.value, values: {} })}
          >
            {TASKS.map((option) => (
              <option key={option.id} value={option.id}>
                {option.title}
              </option>
            ))}
          </select>
          <TaskInfo id={task.id} />
        </span>
      </div>
      <TaskParameters task={task} onChange={onChange} />
    </>
  );
}
