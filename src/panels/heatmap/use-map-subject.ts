import { useMemo } from 'react';
import { mapSubject, shownComparison } from '../../state/comparison';
import { usePage } from '../../state/page-context';
import { type MapSubject, type PageState, processedTokens } from '../../state/page-store';
import { type ShownHeads, shownHeads } from '../../state/shown-heads';
import { type Text, useText } from '../../state/text';

/** Whose weights the map shows, and of which heads. */
export interface MapView extends ShownHeads {
  of: MapSubject;
  /** Changes with every run and every run beside it: tiles of two subjects must not be shown together. */
  run: unknown;
  /** Tokens of the text that can be shown. */
  processed: number;
  /** The text along both axes. */
  text: Text;
}

const selectRunId = (state: PageState) => state.run?.id ?? null;
const selectProcessed = (state: PageState) => processedTokens(state.run);
const selectCompared = (state: PageState) => shownComparison(state)?.report ?? null;
const selectSelection = (state: PageState) => state.selection;

export function useMapSubject(): MapView {
  const of = usePage(mapSubject);
  const runId = usePage(selectRunId);
  const processed = usePage(selectProcessed);
  const report = usePage(selectCompared);
  const { layer, head } = shownHeads(usePage(selectSelection));
  const text = useText();
  const result = report?.result ?? null;
  const other = of === 'run' ? null : report;
  const written = of === 'compared' ? report?.generated : undefined;
  const shownText = useMemo(() => {
    if (!written) return text;
    const { pieces, promptLength } = text;
    const answer = written.map(({ piece }) => piece);
    return { ...text, pieces: [...pieces.slice(0, promptLength), ...answer] };
  }, [text, written]);
  const otherTokens = processedTokens(other);
  return {
    of,
    layer,
    head,
    run: of === 'run' ? runId : result,
    // Beyond the shorter text there is nothing to subtract.
    processed:
      of === 'run' ? processed : of === 'compared' ? otherTokens : Math.min(processed, otherTokens),
    text: shownText,
  };
}
