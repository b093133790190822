import type { SweepStrategy } from '../../needle/sweep/plan';
import { sweepStrategy } from '../../needle/sweep/strategy-title';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { axisProblem } from '../../state/setup';
import { PRESETS, presetOf } from '../../strategies/presets';
import type { StrategyChoice } from '../../strategies/registry';
import { AXES } from '../../strategies/schema';
import { PresetPicker } from './preset-picker';
import './strategy-chips.css';

const selectPresent = (state: PageState) => state.setup.strategy;
const selectPresentIsSound = ({ setup, model, calibration }: PageState) =>
  AXES.every((axis) => axisProblem(axis, setup.strategy, model, calibration) === null);

interface StrategyChipsProps {
  strategies: SweepStrategy[];
  onChange(strategies: SweepStrategy[]): void;
}

/** The strategies of a sweep. The first is what the others are compared with. */
export function StrategyChips({ strategies, onChange }: StrategyChipsProps) {
  const present = usePage(selectPresent);
  const presentIsSound = usePage(selectPresentIsSound);

  function add(choice: StrategyChoice) {
    const strategy = sweepStrategy(choice);
    if (!strategies.some((one) => isSame(one, strategy))) onChange([...strategies, strategy]);
  }

  return (
    <fieldset className="strategy-chips">
      <legend>Strategies</legend>
      <ol>
        {strategies.map((strategy) => (
          <StrategyChip
            key={strategy.title}
            title={strategy.title}
            isFirst={strategy === strategies[0]}
            onFront={() => onChange([strategy, ...strategies.filter((one) => one !== strategy)])}
            onRemove={() => onChange(strategies.filter((one) => one !== strategy))}
          />
        ))}
      </ol>
      <div className="add-strategy">
        <PresetPicker
          label="Add"
          unnamed="a named strategy"
          presets={PRESETS}
          chosen={null}
          onChoose={(id) => add(presetOf(id).choice)}
        />
      </div>
      <button
        type="button"
        className="small"
        disabled={!presentIsSound}
        onClick={() => add(present)}
      >
        Add the strategy set up now
      </button>
    </fieldset>
  );
}

interface StrategyChipProps {
  title: string;
  isFirst: boolean;
  onFront(): void;
  onRemove(): void;
}

function StrategyChip({ title, isFirst, onFront, onRemove }: StrategyChipProps) {
  return (
    <li className="chip" title={title}>
      <span>{title}</span>
      {!isFirst && (
        <button
          type="button"
          aria-label={`Move ${title} to the front`}
          title="To the front: the others are compared with the first"
          onClick={onFront}
        >
          ⇤
        </button>
      )}
      <button type="button" aria-label={`Remove ${title}`} onClick={onRemove}>
        ✕
      </button>
    </li>
  );
}

function isSame(a: SweepStrategy, b: SweepStrategy): boolean {
  return JSON.stringify(a.choice) === JSON.stringify(b.choice);
}
