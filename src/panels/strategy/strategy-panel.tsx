import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { presetOfChoice, runProblem } from '../../state/setup';
import { PRESETS, type Preset } from '../../strategies/presets';
import type { StrategyChoice } from '../../strategies/registry';
import { AXES } from '../../strategies/schema';
import { PaperLink } from '../parts/info';
import { formatBytes, formatCount, formatPercent } from '../parts/numbers';
import { Panel } from '../parts/panel';
import { AxisFields } from './axis-fields';
import { predictCost } from './predicted-cost';
import { PresetPicker } from './preset-picker';
import './strategy-panel.css';

const selectSetup = (state: PageState) => state.setup;
const selectModel = (state: PageState) => state.model;
const selectCalibration = (state: PageState) => state.calibration;
const selectPrompt = (state: PageState) => state.prompt;
const selectRunStrategy = (state: PageState) => state.run?.strategy ?? null;

/** A preset, and the four axes that it is a point on. */
export function StrategyPanel() {
  const { strategy } = usePage(selectSetup);
  const ran = usePage(selectRunStrategy);
  const { changeAxis } = usePageActions();
  return (
    <Panel name="strategy" title="Strategy" info={<AboutStrategies />}>
      <PresetChoice strategy={strategy} />
      {AXES.map((axis) => (
        <AxisFields key={axis} axis={axis} choice={strategy} onChange={changeAxis} />
      ))}
      <PredictedCostLine />
      <p className="hint changed" aria-live="polite">
        {ran && JSON.stringify(ran) !== JSON.stringify(strategy)
          ? 'Changed since the run on screen: press Run to see the effect.'
          : ''}
      </p>
    </Panel>
  );
}

function PresetChoice({ strategy }: { strategy: StrategyChoice }) {
  const { choosePreset } = usePageActions();
  const preset = presetOfChoice(strategy);
  return (
    <div className="preset">
      <PresetPicker presets={PRESETS} chosen={preset} onChoose={choosePreset} />
      {preset ? (
        <AboutPreset preset={preset} />
      ) : (
        <p className="hint">An axis was turned, so this is no named system.</p>
      )}
    </div>
  );
}

function AboutPreset({ preset: { summary, formula, paper } }: { preset: Preset }) {
  return (
    <>
      <p className="hint">{summary}</p>
      <details>
        <summary>{paper ? 'Formula and paper' : 'Formula'}</summary>
        <p className="formula">{formula}</p>
        {paper && <PaperLink {...paper} />}
      </details>
    </>
  );
}

function PredictedCostLine() {
  const setup = usePage(selectSetup);
  const model = usePage(selectModel);
  const calibration = usePage(selectCalibration);
  const prompt = usePage(selectPrompt);
  const length = prompt?.ids.length;
  if (!model || !length || runProblem(setup, model, calibration) !== null)
    return <dl className="cost" />;
  const cost = predictCost(setup.strategy, length, model);
  return (
    <dl className="cost" aria-label={`Predicted cost at ${length} tokens`}>
      <dt>prefill</dt>
      <dd>≤ {formatCount(cost.attendedPairs)} pairs/head</dd>
      <dt>cache</dt>
      <dd>
        {formatCount(cost.slotsHeld)} entries/head · {formatBytes(cost.kvBytes)} ·{' '}
        {formatPercent(cost.kvBytes / cost.denseBytes)}
      </dd>
      <dt>decode</dt>
      <dd>reads {formatCount(cost.slotsRead)} entries/head</dd>
    </dl>
  );
}

function AboutStrategies() {
  return (
    <>
      <p>
        A strategy is one choice on each of four axes: which pairs are computed while the prompt is
        read (prefill), which keys and values stay (cache), which of those a new token reads
        (decode), and how scores become weights (score). A system from a paper is a preset.
      </p>
      <p>
        The cost below the axes is predicted from the formulas of the entries for the present
        prompt; the Cache panel shows what was really held.
      </p>
      <p>
        Try: run “Dense”, then “StreamingLLM”, and watch what happens to a needle in the middle.
      </p>
    </>
  );
}
