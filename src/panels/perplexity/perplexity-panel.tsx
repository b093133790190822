import { useMemo, useState } from 'react';
import { isEngineFree } from '../../state/engine-use';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { shownRuns } from '../../state/perplexity';
import { perplexityBins, perplexityRatios } from '../../state/perplexity-bins';
import { FoldingPanel } from '../parts/panel';
import { AboutPerplexity } from './about-perplexity';
import { PERPLEXITY_EXPORTS } from './perplexity-exports';
import { PerplexityForm } from './perplexity-form';
import { PerplexityLines } from './perplexity-lines';
import { measuringProgress } from './perplexity-progress';
import { BinTable, type Line, SummaryTable } from './perplexity-tables';
import './perplexity-panel.css';

const selectPerplexity = (state: PageState) => state.perplexity;
const selectIsReady = (state: PageState) =>
  isEngineFree(state) &&
  state.model?.hasTokenizer === true &&
  state.perplexity.draft.strategies.length > 0;

/** How well each cache policy lets the model predict a text that goes on and on. */
export function PerplexityPanel() {
  const perplexity = usePage(selectPerplexity);
  const [shown, setShown] = useState<Shown>('bin');
  const lines = useMemo(() => linesOf(perplexity, shown), [perplexity, shown]);
  const firstTitle = perplexity.draft.strategies[0]?.title ?? '';
  const axisTitle = shown === 'ratio' ? `perplexity ÷ ${firstTitle}` : 'perplexity';
  return (
    <FoldingPanel
      name="perplexity"
      title="Streaming perplexity"
      info={<AboutPerplexity />}
      exports={PERPLEXITY_EXPORTS}
      tools={<ShownChoice shown={shown} onChange={setShown} />}
    >
      <div className="perplexity-body">
        <div>
          <PerplexityForm />
          <MeasureButtons />
        </div>
        <div className="perplexity-results">
          {lines.length === 0 ? (
            <p className="hint">
              Nothing measured yet. The text is fed token by token, and the model’s surprise at each
              is measured under every strategy.
            </p>
          ) : (
            <>
              <PerplexityLines
                lines={lines}
                tokens={perplexity.measured?.tokens ?? 0}
                axisTitle={axisTitle}
              />
              <SummaryTable lines={lines} />
              <BinTable lines={lines} title={axisTitle} />
            </>
          )}
        </div>
      </div>
    </FoldingPanel>
  );
}

/** What the lines show. */
const SHOWN = {
  bin: 'perplexity of each bin',
  'so-far': 'perplexity of the text so far',
  ratio: 'each bin ÷ the first strategy',
} as const;
type Shown = keyof typeof SHOWN;

function ShownChoice({ shown, onChange }: { shown: Shown; onChange(shown: Shown): void }) {
  return (
    <label>
      <span className="visually-hidden">Lines show </span>
      <select value={shown} onChange={({ target }) => onChange(target.value as Shown)}>
        {Object.entries(SHOWN).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function linesOf(perplexity: PageState['perplexity'], shown: Shown): Line[] {
  const { strategies } = perplexity.draft;
  const lines = shownRuns(perplexity).map((run) => ({
    ...run,
    index: strategies.findIndex(({ title }) => title === run.title),
    bins: perplexityBins(run.surprisals, run.read, shown === 'so-far' ? 'so-far' : 'bin'),
  }));
  if (shown !== 'ratio') return lines;
  const first = lines.find(({ index }) => index === 0);
  return lines.map((line) => ({
    ...line,
    bins: first ? perplexityRatios(line.bins, first.bins) : [],
  }));
}

function MeasureButtons() {
  const isReady = usePage(selectIsReady);
  const perplexity = usePage(selectPerplexity);
  const { measurePerplexity, stop } = usePageActions();
  const progress = measuringProgress(perplexity);
  return (
    <div className="perplexity-run">
      <button
        type="button"
        className="primary"
        disabled={!isReady}
        onClick={() => void measurePerplexity()}
      >
        Measure
      </button>
      <button type="button" disabled={progress === null} onClick={stop}>
        Stop
      </button>
      {progress && (
        <>
          <progress
            aria-label="Progress of the measurement"
            max={Math.max(1, progress.total)}
            value={progress.done}
          />
          <p className="hint">{progress.text}</p>
        </>
      )}
    </div>
  );
}
