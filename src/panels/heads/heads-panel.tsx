import type { ScoredHeads } from '../../state/head-scores';
import { HEAD_SCORES, type HeadScore } from '../../state/head-view';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { ModelInfo } from '../../worker/protocol';
import { FoldingPanel } from '../parts/panel';
import { AblateBar } from './ablate-bar';
import { AboutHeads } from './about-heads';
import { HeadsGrid } from './heads-grid';
import { PruneBox } from './prune-box';
import { SCORE_FACTS } from './score-facts';
import { ScoreLegend } from './score-legend';
import { headNumbers, ScoresTable } from './scores-table';
import { SinkMetric } from './sink-metric';
import { useScoredHeads } from './use-scored-heads';
import './heads-panel.css';

const selectModel = (state: PageState) => state.model;
const selectView = (state: PageState) => state.headView;
const selectScores = (state: PageState) => state.inspection.heads;

const EXPORTS = { picture: '.heads-grid, .score-legend', numbers: headNumbers };

/** Every head of the model by a score, and what happens without some of them. */
export function HeadsPanel() {
  const model = usePage(selectModel);
  return (
    <FoldingPanel
      name="heads"
      title="Heads"
      info={<AboutHeads />}
      tools={<ScoreChoice />}
      exports={EXPORTS}
    >
      {model && <Heads model={model} />}
    </FoldingPanel>
  );
}

function Heads({ model }: { model: ModelInfo }) {
  const { score } = usePage(selectView);
  const scored = useScoredHeads(model);
  return (
    <>
      <ScoreLine scored={scored} />
      <HeadsGrid model={model} scored={scored} />
      <ScoreLegend values={scored.values} />
      {scored.values && score === 'sink' && <SinkMetric sink={scored.values} />}
      <AblateBar model={model} scored={scored} />
      <PruneBox />
      <ScoresTable />
    </>
  );
}

function ScoreChoice() {
  const view = usePage(selectView);
  const store = usePageStore();
  return (
    <label>
      colour by{' '}
      <select
        value={view.score}
        onChange={(event) =>
          store.setState({ headView: { ...view, score: event.target.value as HeadScore } })
        }
      >
        {HEAD_SCORES.map((score) => (
          <option key={score} value={score}>
            {SCORE_FACTS[score].title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the numbers are, or why there are none and how to get them. */
function ScoreLine({ scored }: { scored: ScoredHeads }) {
  const { score } = usePage(selectView);
  const scores = usePage(selectScores);
  const { means, counted } = SCORE_FACTS[score];
  if (scored.values === null) {
    return (
      <p className="hint">
        {scored.missing} {scored.calibrate && <MeasureButton />}
      </p>
    );
  }
  return (
    <p className="hint">
      {means}
      {scores && ` · ${counted(scores)}`}
    </p>
  );
}

const selectCanCalibrate = ({ activity, calibrating }: PageState) =>
  activity === 'idle' && calibrating === null;

function MeasureButton() {
  const canCalibrate = usePage(selectCanCalibrate);
  const { calibrate } = usePageActions();
  return (
    <button
      type="button"
      className="small"
      disabled={!canCalibrate}
      onClick={() => void calibrate(['head-classes'])}
    >
      Measure now
    </button>
  );
}
