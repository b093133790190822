import { type KeyboardEvent, type MouseEvent, useRef } from 'react';
import { headAt, type ScoredHeads } from '../../state/head-scores';
import { maskedHeads, sameHead } from '../../state/masked-heads';
import { usePage, usePageActions } from '../../state/page-context';
import { kvHeadOf, type PageState } from '../../state/page-store';
import { useIsDark } from '../../state/theme';
import type { ModelInfo } from '../../worker/protocol';
import { colourAt, inkOn } from '../parts/weight-scale';
import { describeClass, SCORE_FACTS, scaleEnd, scoreText } from './score-facts';

const selectView = (state: PageState) => state.headView;
const selectLayer = (state: PageState) => state.selection.layer;
const selectHead = (state: PageState) => state.selection.head;
const selectScoreAxis = (state: PageState) => state.setup.strategy.score;
const selectTokens = (state: PageState) => state.run?.cache?.tokens ?? 0;
const selectWindowed = (state: PageState) => state.inspection.heads?.windowed ?? null;

/** Every head of the model with its score as colour and number; the picked one is shown in all panels. */
export function HeadsGrid({ model, scored }: { model: ModelInfo; scored: ScoredHeads }) {
  const { layers, heads } = model;
  const dark = useIsDark();
  const view = usePage(selectView);
  const layer = usePage(selectLayer);
  const head = usePage(selectHead);
  const tokens = usePage(selectTokens);
  const windowed = usePage(selectWindowed);
  const masked = maskedHeads(usePage(selectScoreAxis));
  const { select, toggleHead } = usePageActions();
  const grid = useRef<HTMLTableElement>(null);
  const { title, inCell } = SCORE_FACTS[view.score];
  const end = scaleEnd(view.score, scored.values, tokens) ?? 1;

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
    const row = grid.current?.tBodies[0].rows[to.layer];
    row?.cells[to.head + 1].querySelector('button')?.focus();
  }

  function cell(index: number) {
    const here = headAt(index, heads);
    const value = scored.values?.[index] ?? Number.NaN;
    const known = !Number.isNaN(value);
    const picked = sameHead(here, { layer, head });
    const isMasked = masked.some((one) => sameHead(one, here));
    const isSink = view.score === 'sink' && value > view.threshold;
    const colour = known ? colourAt(Math.min(1, value / end), dark) : '';
    const kvHead = kvHeadOf(model, here.head);
    const entries = {
      tokens,
      seen: value,
      windowed: windowed?.[here.layer * model.kvHeads + kvHead] === 1,
    };
    const [short, long] =
      view.score === 'class'
        ? describeClass(entries, kvHead)
        : [inCell(value), `${title} ${scoreText(view.score, value)}`];
    const classes = ['head-cell', ...(isMasked ? ['masked'] : []), ...(isSink ? ['sink'] : [])];
    return (
      <td key={index}>
        <button
          type="button"
          className={classes.join(' ')}
          style={{ background: colour, color: colour && inkOn(colour) }}
          tabIndex={picked ? 0 : -1}
          aria-pressed={picked}
          aria-label={[
            `layer ${here.layer}, head ${here.head}: ${known ? long : 'no score yet'}`,
            isSink ? ', above the threshold' : '',
            isMasked ? ', ablated' : '',
          ].join('')}
          onClick={(event) => click(event, here)}
        >
          {isMasked && <span aria-hidden="true">✕ </span>}
          {known ? short : '–'}
        </button>
      </td>
    );
  }

  return (
    <div className="table-scroll heads-scroll">
      <table
        ref={grid}
        className="heads-grid"
        aria-label={`Layers and heads, by ${title}`}
        onKeyDown={move}
      >
        <thead>
          <tr className="heads-axes">
            <th scope="col">layer</th>
            <th colSpan={heads}>query head</th>
          </tr>
          <tr>
            <td />
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
              {range(heads).map((column) => cell(row * heads + column))}
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

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
