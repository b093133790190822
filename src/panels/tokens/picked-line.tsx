import { usePage, usePageActions } from '../../state/page-context';
import { type PageState, processedTokens } from '../../state/page-store';
import type { Text } from '../../state/text';
import { quoted } from '../parts/token-text';
import { describeShade, type TokenShading } from './token-shade';

const selectSelection = (state: PageState) => state.selection;
const selectShading = (state: PageState) => state.shading;
const selectHasRun = (state: PageState) => state.run !== null;
const selectProcessed = (state: PageState) => processedTokens(state.run);
const selectLacksSurprisal = ({ shading, run, activity }: PageState) =>
  shading === 'surprisal' && activity === 'idle' && run !== null && !run.measures.surprisal;

/** The picked tokens and their number in words, for everybody who cannot point. */
export function PickedLine({ shading, text }: { shading: TokenShading; text: Text }) {
  const { pieces, promptLength } = text;
  const { query, key } = usePage(selectSelection);
  const kind = usePage(selectShading);
  const hasRun = usePage(selectHasRun);
  const processed = usePage(selectProcessed);
  const lacksSurprisal = usePage(selectLacksSurprisal);
  if (lacksSurprisal) return <MeasureSurprisal />;
  const unread = query !== null && query >= processed;
  const parts = [
    !unread && shading.caption,
    query !== null && `query ${query} ${quoted(pieces[query])}`,
    unread && 'not read by the model, so it has looked at nothing',
    key !== null &&
      `key ${key} ${quoted(pieces[key])}: ${describeShade(shading.at(key), kind, promptLength)}`,
  ];
  return (
    <p className="read-out hint" aria-live="polite">
      {hasRun
        ? parts.filter(Boolean).join(' · ')
        : pieces.length > 0
          ? 'Run the prompt to see what each token looks at.'
          : 'The text appears once the model is loaded.'}
    </p>
  );
}

/** Surprisal takes the logits of every token, so a run measures it only when it is wanted. */
function MeasureSurprisal() {
  const { measure, run } = usePageActions();
  return (
    <p className="read-out hint">
      This run did not measure it.{' '}
      <button
        type="button"
        className="small"
        onClick={() => {
          measure({ surprisal: true });
          void run();
        }}
      >
        Run again with surprisal
      </button>
    </p>
  );
}
