import { useMemo } from 'react';
import { rankedHeads } from '../../state/head-scores';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import { formatWeight } from '../parts/numbers';
import { quoted } from '../parts/token-text';

const SHOWN = 5;

const selectHeadsAt = (state: PageState) => state.inspection.headsAt;
const selectModel = (state: PageState) => state.model;
const selectHasRun = (state: PageState) => state.run !== null;

/** The heads that look most at the pointed or picked key; a click takes all panels to one. */
export function HeadsLooking() {
  const found = usePage(selectHeadsAt);
  const model = usePage(selectModel);
  const hasRun = usePage(selectHasRun);
  const { pieces } = useText();
  const { select } = usePageActions();
  const top = useMemo(() => {
    if (!found || !model) return [];
    // −2 stands for heads none of whose queries saw the key.
    const seen = found.weights.map((weight) => (weight < 0 ? Number.NaN : weight));
    return rankedHeads(seen, model.heads)
      .slice(0, SHOWN)
      .map((head) => ({ ...head, weight: seen[head.layer * model.heads + head.head] }));
  }, [found, model]);
  if (!hasRun) return null;
  return (
    <p className="heads-looking hint">
      {found ? (
        <>
          <span>
            Heads at {found.key} <span className="mono">{quoted(pieces[found.key])}</span>,{' '}
            {whence(found.queries)}:
          </span>
          {top.length === 0 && 'none; the key was not there'}
          {top.map(({ layer, head, weight }) => (
            <button
              key={`${layer}.${head}`}
              type="button"
              className="small"
              aria-label={`Head ${layer}.${head}, weight ${formatWeight(weight)}; show it`}
              onClick={() => select({ layer, head, key: found.key })}
            >
              {layer}.{head} <span className="looking-weight">{formatWeight(weight)}</span>
            </button>
          ))}
        </>
      ) : (
        'Point at a token to see which heads look at it.'
      )}
    </p>
  );
}

function whence([from, to]: [number, number]): string {
  return to - from === 1 ? `weight from query ${from}` : 'mean weight from later queries';
}
