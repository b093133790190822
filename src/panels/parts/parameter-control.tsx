import { useId, useMemo } from 'react';
import type {
  ChoiceParameter,
  HeadsParameter,
  NumberParameter,
  Parameter,
} from '../../strategies/schema';
import { sliderScale } from './slider-scale';

interface ControlProps<P extends Parameter> {
  parameter: P;
  value: number | string;
  /** What is wrong with the value, or null. */
  problem: string | null;
  onChange(value: number | string): void;
}

/** The control of a parameter, made from its description alone. */
export function ParameterControl({ parameter, ...others }: ControlProps<Parameter>) {
  switch (parameter.kind) {
    case 'heads':
      return <HeadsControl parameter={parameter} {...others} />;
    case 'choice':
      return <ChoiceControl parameter={parameter} {...others} />;
    default:
      return <NumberControl parameter={parameter} {...others} />;
  }
}

function NumberControl({ parameter, value, problem, onChange }: ControlProps<NumberParameter>) {
  const id = useId();
  const { title, unit, min, max, step, meaning } = parameter;
  const scale = useMemo(() => sliderScale(parameter), [parameter]);
  const known = typeof value === 'number' ? value : parameter.default;
  return (
    <div className="parameter" title={meaning}>
      <label htmlFor={id}>{title}</label>
      <span className="parameter-value">
        <input
          id={id}
          type="number"
          min={min}
          max={max}
          step={step}
          value={value}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-about`}
          onChange={(event) => onChange(typed(event.target.value))}
        />
        <span className="unit">{unit}</span>
        <ResetButton parameter={parameter} value={value} onChange={onChange} />
      </span>
      <input
        type="range"
        aria-label={`${title}, slider`}
        aria-valuetext={`${known} ${unit}`}
        min={scale.min}
        max={scale.max}
        step={scale.step}
        value={scale.toSlider(known)}
        onChange={(event) => onChange(scale.fromSlider(event.target.valueAsNumber))}
      />
      <ParameterNote id={`${id}-about`} meaning={meaning} problem={problem} />
    </div>
  );
}

function HeadsControl({ parameter, value, problem, onChange }: ControlProps<HeadsParameter>) {
  const id = useId();
  const { title, meaning } = parameter;
  return (
    <div className="parameter" title={meaning}>
      <label htmlFor={id}>{title}</label>
      <span className="parameter-value wide">
        <input
          id={id}
          type="text"
          spellCheck={false}
          autoComplete="off"
          placeholder="2.0,2.5"
          value={value}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-about`}
          onChange={(event) => onChange(event.target.value)}
        />
        <ResetButton parameter={parameter} value={value} onChange={onChange} />
      </span>
      <ParameterNote id={`${id}-about`} meaning={meaning} problem={problem} />
    </div>
  );
}

function ChoiceControl({ parameter, value, problem, onChange }: ControlProps<ChoiceParameter>) {
  const id = useId();
  const { title, options, meaning } = parameter;
  return (
    <div className="parameter" title={meaning}>
      <label htmlFor={id}>{title}</label>
      <span className="parameter-value wide">
        <select
          id={id}
          value={value}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-about`}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.title}
            </option>
          ))}
        </select>
        <ResetButton parameter={parameter} value={value} onChange={onChange} />
      </span>
      <ParameterNote id={`${id}-about`} meaning={meaning} problem={problem} />
    </div>
  );
}

function ResetButton({
  parameter,
  value,
  onChange,
}: Pick<ControlProps<Parameter>, 'parameter' | 'value' | 'onChange'>) {
  const usual = parameter.default;
  const shown = defaultText(parameter);
  return (
    <button
      type="button"
      className="reset"
      disabled={value === usual}
      aria-label={`Reset ${parameter.title} to ${shown}`}
      title={`Default: ${shown}`}
      onClick={() => onChange(usual)}
    >
      ↺
    </button>
  );
}

function defaultText(parameter: Parameter): string {
  const usual = parameter.default;
  if (parameter.kind !== 'choice') return usual === '' ? 'none' : String(usual);
  return parameter.options.find(({ value }) => value === usual)?.title ?? String(usual);
}

function ParameterNote({
  id,
  meaning,
  problem,
}: {
  id: string;
  meaning: string;
  problem: string | null;
}) {
  return problem === null ? (
    <span id={id} className="visually-hidden">
      {meaning}
    </span>
  ) : (
    <p id={id} className="problem" role="alert">
      {problem}
    </p>
  );
}

/** A value while it is typed: text stays text, so that the check can say what is wrong with it. */
function typed(text: string): number | string {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}
