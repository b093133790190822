import { type KeyboardEvent, type MouseEvent, useRef } from 'react';
import { maskedHeads, sameHead } from '../../state/masked-heads';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import type { HeadScores } from '../../worker/protocol';
import { PaperLink } from '../parts/info';
import { formatCount } from '../parts/numbers';
import { FoldingPanel } from '../parts/panel';
import { colourAt, inkOn } from '../parts/weight-scale';
import './heads-panel.css';

const selectModel = (state: PageState) => state.model;
const selectScores = (state: PageState) => state.inspection.heads;
const selectLayer = (state: PageState) => state.selection.layer;
const selectHead = (state: PageState) => state.selection.head;
const selectScoreAxis = (state: PageState) => state.setup.strategy.score;

/** Every head of the model with its sink score; the picked one is shown in all panels. */
export function HeadsPanel() {
  const model = usePage(selectModel);
  const scores = usePage(selectScores);
  const layer = usePage(selectLayer);
  const head = usePage(selectHead);
  return (
    <FoldingPanel name="heads" title="Heads" info={<AboutHeads />} tools="sink score">
      <p className="hint">
        mean weight on the first token
        {scores && ` · ${formatCount(scores.queries)} queries`}
      </p>
      {model && <HeadsGrid layers={model.layers} heads={model.heads} scores={scores} />}
      <SinkLegend />
      <AblateButton layer={layer} head={head} />
    </FoldingPanel>
  );
}

interface HeadsGridProps {
  layers: number;
  heads: number;
  scores: HeadScores | null;
}

function HeadsGrid({ layers, heads, scores }: HeadsGridProps) {
  const dark = useIsDark();
  const layer = usePage(selectLayer);
  const head = usePage(selectHead);
  const masked = maskedHeads(usePage(selectScoreAxis));
  const { select, toggleHead } = usePageActions();
  const grid = useRef<HTMLTableElement>(null);

  function click(event: MouseEvent, clicked: { layer: number; head: number }) {
    select(clicked);
    if (event.altKey) toggleHead(clicked.layer, clicked.head);
  }

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const to = {
      layer: Math.min(layers - 1, Math.max(0, layer + step.layer)),
      head: Math.min(heads - 1, Math.max(0, head + step.head)),
    };
    select(to);
    grid.current?.rows[to.layer + 1].cells[to.head + 1].querySelector('button')?.focus();
  }

  return (
    <div className="table-scroll">
      <table
        ref={grid}
        className="heads-grid"
        aria-label="Sink score of each head"
        onKeyDown={move}
      >
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">layer</span>
            </th>
            {range(heads).map((column) => (
              <th key={column} scope="col">
                <span className="visually-hidden">head </span>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {range(layers).map((row) => (
            <tr key={row}>
              <th scope="row">
                <span className="visually-hidden">layer </span>
                {row}
              </th>
              {range(heads).map((column) => {
                const here = { layer: row, head: column };
                const score = scores?.sink[row * heads + column];
                const picked = sameHead(here, { layer, head });
                const isMasked = masked.some((one) => sameHead(one, here));
                const colour = score === undefined ? '' : colourAt(Math.min(1, score), dark);
                return (
                  <td key={column}>
                    <button
                      type="button"
                      className={`head-cell${isMasked ? ' masked' : ''}`}
                      style={{ background: colour, color: colour && inkOn(colour) }}
                      tabIndex={picked ? 0 : -1}
                      aria-pressed={picked}
                      aria-label={labelOf(here, score, isMasked)}
                      onClick={(event) => click(event, here)}
                    >
                      {isMasked && <span aria-hidden="true">✕ </span>}
                      {score === undefined ? '–' : score.toFixed(2)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STEPS: Record<string, { layer: number; head: number }> = {
  ArrowUp: { layer: -1, head: 0 },
  ArrowDown: { layer: 1, head: 0 },
  ArrowLeft: { layer: 0, head: -1 },
  ArrowRight: { layer: 0, head: 1 },
};

function AblateButton({ layer, head }: { layer: number; head: number }) {
  const isMasked = maskedHeads(usePage(selectScoreAxis)).some((one) =>
    sameHead(one, { layer, head }),
  );
  const { toggleHead } = usePageActions();
  return (
    <p className="ablate">
      <button
        type="button"
        className="small"
        aria-pressed={isMasked}
        onClick={() => toggleHead(layer, head)}
      >
        {isMasked ? 'Restore' : 'Ablate'} head {layer}.{head}
      </button>
      <span className="hint">
        {isMasked ? 'Its output is zero in the next run.' : 'or Alt-click'}
      </span>
    </p>
  );
}

function SinkLegend() {
  const dark = useIsDark();
  const stops = range(9).map((index) => colourAt(index / 8, dark));
  return (
    <p className="weight-legend">
      <span className="visually-hidden">Colour scale of sink scores: </span>
      <span className="legend-scale wide">
        <span
          className="legend-bar"
          aria-hidden="true"
          style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }}
        />
        <span className="legend-ticks">
          <span>0</span>
          <span>0.5</span>
          <span>1</span>
        </span>
      </span>
    </p>
  );
}

function labelOf(
  { layer, head }: { layer: number; head: number },
  score: number | undefined,
  isMasked: boolean,
): string {
  const value = score === undefined ? 'no score yet' : `sink score ${score.toFixed(3)}`;
  return `layer ${layer}, head ${head}: ${value}${isMasked ? ', ablated' : ''}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function AboutHeads() {
  return (
    <>
      <p>
        Rows are layers, columns are query heads. The sink score is the mean weight that the
        prompt’s queries give to the first token: a head with nothing to say parks its weight there.
      </p>
      <p className="formula">sink(h) = meanᵢ aₕ(i, 0)</p>
      <p>
        Click a head to see it in all panels; Alt-click, or A, ablates it: its output is zero in the
        next run.
      </p>
      <p>
        Try: ablate the head with the highest score, run again, and see whether the answer stays.
      </p>
      <PaperLink
        title="When Attention Sink Emerges in Language Models: An Empirical View"
        authors="Gu et al."
        year={2024}
        arxiv="2410.10781"
      />
    </>
  );
}
