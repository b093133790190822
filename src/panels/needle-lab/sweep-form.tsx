import { useId } from 'react';
import { SWEEP_PARAMETERS } from '../../needle/sweep/check-plan';
import type { SweepDraft } from '../../state/needle-lab-state';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { parameterProblem } from '../../state/setup';
import { ParameterControl } from '../parts/parameter-control';
import { StrategyChips } from '../strategy/strategy-chips';
import { SweepHaystack } from './sweep-haystack';
import { TaskFields } from './task-fields';
import './sweep-form.css';

const selectDraft = (state: PageState) => state.needleLab.draft;

/** What to sweep. */
export function SweepForm() {
  const draft = usePage(selectDraft);
  const { changeDraft } = usePageActions();
  return (
    <div className="sweep-form">
      <TaskFields task={draft.task} onChange={(task) => changeDraft({ task })} />
      <SweepHaystack haystack={draft.haystack} onChange={(haystack) => changeDraft({ haystack })} />
      <StepsField
        title="Lengths"
        unit="tokens"
        value={draft.lengths}
        onChange={(lengths) => changeDraft({ lengths })}
      />
      <StepsField
        title="Depths"
        unit="%"
        value={draft.depths}
        onChange={(depths) => changeDraft({ depths })}
      />
      <StrategyChips
        strategies={draft.strategies}
        onChange={(strategies) => changeDraft({ strategies })}
      />
      <details>
        <summary>Samples and seed</summary>
        <SweepNumbers draft={draft} />
      </details>
    </div>
  );
}

interface StepsFieldProps {
  title: string;
  unit: string;
  value: string;
  onChange(value: string): void;
}

function StepsField({ title, unit, value, onChange }: StepsFieldProps) {
  const id = useId();
  return (
    <div className="sweep-field with-unit">
      <label htmlFor={id}>{title}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={value}
        title="Numbers with commas between"
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="unit">{unit}</span>
    </div>
  );
}

function SweepNumbers({ draft }: { draft: SweepDraft }) {
  const { changeDraft } = usePageActions();
  return Object.values(SWEEP_PARAMETERS).map((parameter) => {
    const value = draft.numbers[parameter.name] ?? parameter.default;
    return (
      <ParameterControl
        key={parameter.name}
        parameter={parameter}
        value={value}
        problem={parameterProblem(parameter, value)}
        onChange={(next) => changeDraft({ numbers: { ...draft.numbers, [parameter.name]: next } })}
      />
    );
  });
}
