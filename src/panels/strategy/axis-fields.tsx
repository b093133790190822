import { useId } from 'react';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { axisProblem, parameterProblem } from '../../state/setup';
import { REGISTRY, type StrategyChoice } from '../../strategies/registry';
import type { Axis, ParameterValues } from '../../strategies/schema';
import { Info } from '../parts/info';
import { ParameterControl } from '../parts/parameter-control';
import { CalibrationNote } from './calibration-note';
import { Explained } from './explained';

const selectModel = (state: PageState) => state.model;
const selectCalibration = (state: PageState) => state.calibration;

const AXIS_TITLES: Record<Axis, string> = {
  prefill: 'Prefill',
  cache: 'Cache',
  decode: 'Decode',
  score: 'Score',
};

interface AxisFieldsProps {
  axis: Axis;
  choice: StrategyChoice;
  /** @param values those that are not given become the entry's defaults */
  onChange(axis: Axis, id: string, values: ParameterValues): void;
}

/** One axis: its entries, and the controls of the chosen entry made from its parameter schema. */
export function AxisFields({ axis, choice, onChange }: AxisFieldsProps) {
  const id = useId();
  const model = usePage(selectModel);
  const calibration = usePage(selectCalibration);
  const { id: entryId, values } = choice[axis];
  const entries = REGISTRY[axis];
  const entry = entries.find((candidate) => candidate.id === entryId) ?? entries[0];
  const controls = entry.parameters.map((parameter) => {
    const value = values[parameter.name] ?? parameter.default;
    return { parameter, value, problem: parameterProblem(parameter, value) };
  });
  const wholeProblem = controls.some(({ problem }) => problem)
    ? null
    : axisProblem(axis, choice, model, calibration);

  return (
    <fieldset className="axis">
      <legend className="visually-hidden">{AXIS_TITLES[axis]} axis</legend>
      <label htmlFor={id}>{AXIS_TITLES[axis]}</label>
      <select id={id} value={entry.id} onChange={(event) => onChange(axis, event.target.value, {})}>
        {entries.map(({ id: value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      <Info about={entry.title}>
        <Explained axis={axis} id={entry.id} />
      </Info>
      {controls.map(({ parameter, value, problem }) => (
        <ParameterControl
          key={`${entry.id}.${parameter.name}`}
          parameter={parameter}
          value={value}
          problem={problem}
          onChange={(next) => onChange(axis, entry.id, { ...values, [parameter.name]: next })}
        />
      ))}
      {entry.calibration && <CalibrationNote kind={entry.calibration} />}
      {wholeProblem && (
        <p className="problem" role="alert">
          {wholeProblem}
        </p>
      )}
    </fieldset>
  );
}
