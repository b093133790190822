import { comparedSetup } from '../../state/comparison';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { presetOfChoice, runProblem, withAxis } from '../../state/setup';
import { PRESETS, presetOf } from '../../strategies/presets';
import type { StrategyChoice } from '../../strategies/registry';
import { AXES } from '../../strategies/schema';
import { strategyTitle } from '../parts/strategy-title';
import { AxisFields } from '../strategy/axis-fields';
import { PresetPicker } from '../strategy/preset-picker';

const selectStrategy = (state: PageState) => state.setup.strategy;
const selectCompared = (state: PageState) => state.setup.compared;

/** Why the second run cannot be made as it is chosen; null: it can. */
export const selectSecondProblem = ({ setup, model, calibration }: PageState) =>
  setup.compared && runProblem(comparedSetup(setup), model, calibration);

/** The two strategies: the first from its own panel, the second to be chosen here. */
export function SecondStrategy() {
  const strategy = usePage(selectStrategy);
  const compared = usePage(selectCompared);
  const problem = usePage(selectSecondProblem);
  const { changeSetup } = usePageActions();
  if (!compared) return null;
  const choose = (choice: StrategyChoice) => changeSetup({ compared: choice });
  return (
    <fieldset className="second-strategy">
      <legend className="visually-hidden">Strategies to compare</legend>
      <p className="strategy-line">
        <span>Strategy A</span>
        <span>
          <strong>{strategyTitle(strategy)}</strong>{' '}
          <span className="hint">as chosen under Strategy</span>
        </span>
      </p>
      <div className="strategy-line">
        <PresetPicker
          label="Strategy B"
          presets={PRESETS}
          chosen={presetOfChoice(compared)}
          onChoose={(id) => choose(structuredClone(presetOf(id).choice))}
        />
      </div>
      <details>
        <summary>Axes of B</summary>
        <div className="second-axes">
          {AXES.map((axis) => (
            <AxisFields
              key={axis}
              axis={axis}
              choice={compared}
              onChange={(...turned) => choose(withAxis(compared, ...turned))}
            />
          ))}
        </div>
      </details>
      {problem && (
        <p className="problem" role="alert">
          B: {problem}
        </p>
      )}
    </fieldset>
  );
}
