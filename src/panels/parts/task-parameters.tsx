import { taskOf } from '../../needle/tasks/registry';
import type { TaskChoice } from '../../needle/tasks/task';
import { parameterProblem } from '../../state/setup';
import { Info, PaperLink } from './info';
import { ParameterControl } from './parameter-control';

/** The ⓘ of a task. */
export function TaskInfo({ id }: { id: string }) {
  const { title, summary, tryThis, scoring, paper } = taskOf(id);
  return (
    <Info about={title}>
      <p>{summary}</p>
      <p>{scoring}</p>
      <p>Try: {tryThis}</p>
      {paper && <PaperLink {...paper} />}
    </Info>
  );
}

interface TaskParametersProps {
  task: TaskChoice;
  onChange(task: TaskChoice): void;
}

/** The controls of a task, made from its description alone. */
export function TaskParameters({ task, onChange }: TaskParametersProps) {
  return taskOf(task.id).parameters.map((parameter) => {
    const value = task.values[parameter.name] ?? parameter.default;
    return (
      <ParameterControl
        key={parameter.name}
        parameter={parameter}
        value={value}
        problem={parameterProblem(parameter, value)}
        onChange={(next) =>
          onChange({ ...task, values: { ...task.values, [parameter.name]: next } })
        }
      />
    );
  });
}
