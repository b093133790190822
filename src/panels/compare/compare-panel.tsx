import { isComparing, mapSubject, shownComparison } from '../../state/comparison';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { MapSubject, PageState } from '../../state/page-store';
import { FoldingPanel } from '../parts/panel';
import { AboutCompare } from './about-compare';
import { CompareButton } from './compare-button';
import { compareNumbers, compareSubject } from './compare-numbers';
import { CompareTable } from './compare-table';
import { describeComparison } from './comparison-progress';
import { DivergenceView } from './divergence-view';
import { KeptView } from './kept-view';
import { SecondStrategy } from './second-strategy';
import './compare-panel.css';

const selectIsAskedFor = (state: PageState) => state.setup.compared !== null;
const selectMaxTokens = (state: PageState) => state.run?.maxTokens ?? 0;
const selectHasSecond = (state: PageState) =>
  (shownComparison(state)?.report.result ?? null) !== null;
const selectIsBusy = (state: PageState) => state.activity !== 'idle' || state.runRequested;
/** The setup was changed since the comparison was made. */
const selectIsChanged = (state: PageState) => {
  const comparison = shownComparison(state);
  const { strategy, compared } = state.setup;
  return (
    comparison !== null &&
    JSON.stringify([state.run?.strategy, comparison.strategy]) !==
      JSON.stringify([strategy, compared])
  );
};

const EXPORTS = {
  picture: '.kl-chart, .kept-strip',
  numbers: compareNumbers,
  subject: compareSubject,
};

/** The same prompt under two strategies, side by side. Not there until somebody asks for it. */
export function ComparePanel() {
  const isAskedFor = usePage(selectIsAskedFor);
  const { endComparison } = usePageActions();
  if (!isAskedFor) return null;
  return (
    <FoldingPanel
      name="compare"
      title="Compare"
      info={<AboutCompare />}
      exports={EXPORTS}
      tools={
        <button type="button" className="small" onClick={endComparison}>
          Close
        </button>
      }
    >
      <SecondStrategy />
      <Progress />
      <CompareTable />
      <DivergenceView />
      <KeptView />
      <MapChoice />
    </FoldingPanel>
  );
}

const CHANGED = 'Changed since this comparison: press Compare to see the effect.';
const A_FIRST = 'A runs first.';
const HOW_TO = 'Compare runs the prompt under B, beside A.';

function Progress() {
  const comparison = usePage(shownComparison);
  const live = usePage(isComparing);
  const isBusy = usePage(selectIsBusy);
  const isChanged = usePage(selectIsChanged);
  const maxTokens = usePage(selectMaxTokens);
  const { stop } = usePageActions();
  const progress = comparison && describeComparison(comparison, maxTokens);
  return (
    <div className="compare-progress">
      {live ? (
        <button type="button" onClick={stop}>
          Stop
        </button>
      ) : (
        <CompareButton className="primary" />
      )}
      <div>
        {live && progress && (
          <>
            <progress aria-label="Progress of the comparison" max={1} value={progress.share} />
            <p className="hint">{progress.text}</p>
          </>
        )}
        <p className="hint" role="status">
          {!live && (isChanged ? CHANGED : (progress?.text ?? (isBusy ? A_FIRST : HOW_TO)))}
        </p>
      </div>
    </div>
  );
}

const MAPS: { value: MapSubject; title: string }[] = [
  { value: 'run', title: 'A' },
  { value: 'compared', title: 'B' },
  { value: 'difference', title: 'B − A' },
];

/** Whose weights the attention map shows. */
function MapChoice() {
  const subject = usePage(mapSubject);
  const hasSecond = usePage(selectHasSecond);
  const store = usePageStore();
  if (!hasSecond) return null;
  return (
    <fieldset className="map-choice">
      <legend>Attention map of</legend>
      {MAPS.map(({ value, title }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === subject}
          onClick={() => store.setState({ mapOf: value })}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}
