import { rankedHeads, type ScoredHeads } from '../../state/head-scores';
import { maskedHeads, sameHead } from '../../state/masked-heads';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { ModelInfo } from '../../worker/protocol';
import { SCORE_FACTS } from './score-facts';

const selectView = (state: PageState) => state.headView;
const selectLayer = (state: PageState) => state.selection.layer;
const selectHead = (state: PageState) => state.selection.head;
const selectScoreAxis = (state: PageState) => state.setup.strategy.score;

/** Switches heads off for the next run: the picked one, or the first by the shown score. */
export function AblateBar({ model, scored }: { model: ModelInfo; scored: ScoredHeads }) {
  const view = usePage(selectView);
  const layer = usePage(selectLayer);
  const head = usePage(selectHead);
  const masked = maskedHeads(usePage(selectScoreAxis));
  const store = usePageStore();
  const { toggleHead, maskHeads } = usePageActions();
  const isMasked = masked.some((one) => sameHead(one, { layer, head }));
  const { score, count } = view;
  const ranked = scored.values ? rankedHeads(scored.values, model.heads) : [];
  return (
    <>
      <p className="ablate">
        <button
          type="button"
          className="small"
          aria-pressed={isMasked}
          onClick={() => toggleHead(layer, head)}
        >
          {isMasked ? 'Restore' : 'Ablate'} head {layer}.{head}
        </button>
        <span className="hint">or Alt-click, or A; from the next run on</span>
      </p>
      <p className="ablate">
        <label>
          top{' '}
          <input
            type="number"
            className="head-count"
            min={1}
            max={model.layers * model.heads}
            value={count}
            aria-label="How many of the first heads"
            onChange={(event) =>
              store.setState({ headView: { ...view, count: event.target.valueAsNumber || 0 } })
            }
          />{' '}
          by {SCORE_FACTS[score].title}
        </label>
        <button
          type="button"
          className="small"
          disabled={ranked.length === 0 || score === 'class' || count < 1}
          onClick={() => maskHeads([...masked, ...ranked.slice(0, count)])}
        >
          Ablate top {count}
        </button>
        <button
          type="button"
          className="small"
          disabled={masked.length === 0}
          onClick={() => maskHeads([])}
        >
          Restore all{masked.length > 0 && ` (${masked.length})`}
        </button>
      </p>
    </>
  );
}
