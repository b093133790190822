import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef } from 'react';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import { shownTextRow } from '../../state/text-row';
import { useIsDark } from '../../state/theme';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { HeadsLooking } from './heads-looking';
import { PickedLine } from './picked-line';
import { sinkMarks } from './sink-marks';
import { TokenCurves } from './token-curves';
import { AMOUNTS, describeShade, tokenShading } from './token-shade';
import { createTokenView, type TokenView } from './token-view';

const selectShading = (state: PageState) => state.shading;
const selectScale = (state: PageState) => state.scale;
const selectSelection = (state: PageState) => state.selection;
const selectInspection = (state: PageState) => state.inspection;
const selectHover = (state: PageState) => state.hover;
const selectIsDone = (state: PageState) => (state.run?.result ?? null) !== null;

/** The text, shaded token by token, with what is picked in it. @param view what scrolls it, for others to use */
export function TokenPane({ view }: { view: RefObject<TokenView | null> }) {
  const text = useText();
  const dark = useIsDark();
  const store = usePageStore();
  const actions = usePageActions();
  const kind = usePage(selectShading);
  const scale = usePage(selectScale);
  const selection = usePage(selectSelection);
  const inspection = usePage(selectInspection);
  const hover = usePage(selectHover);
  const isDone = usePage(selectIsDone);
  const scroller = useRef<HTMLDivElement>(null);
  const { step } = selection;
  const row = usePage(shownTextRow);
  const shading = useMemo(
    () => tokenShading(kind, inspection, row, step),
    [kind, inspection, row, step],
  );
  const marks = useMemo(() => sinkMarks(inspection.sinks), [inspection.sinks]);
  const query = selection.query ?? hover.query;
  const key = hover.key ?? selection.key;

  /** The newest of what the view's callbacks must know, which are made once. */
  const latest = useRef({ text, shading, kind, marks });

  useEffect(() => {
    const node = scroller.current;
    if (!node) return;
    const tooltip = createTooltip();
    const created = createTokenView(node, {
      onHover(position, clientX, clientY) {
        const { selection: picked } = store.getState();
        const previews = picked.query === null;
        actions.hover(previews ? position : null, previews ? null : position);
        if (position === null) return tooltip.hide();
        const shown = latest.current;
        const { pieces, promptLength } = shown.text;
        const sink = shown.marks.describe(position);
        tooltip.show(clientX, clientY, [
          `position ${position} · ${quoted(pieces[position])}`,
          describeShade(shown.shading.at(position), shown.kind, promptLength),
          ...(sink === null ? [] : [sink]),
          shown.shading.caption,
        ]);
      },
      onPick: (position) => actions.select({ query: position, key: null }),
    });
    view.current = created;
    return () => {
      created.destroy();
      view.current = null;
      tooltip.destroy();
    };
  }, [store, actions, view]);

  useEffect(() => {
    latest.current = { text, shading, kind, marks };
    const { pieces, promptLength, needles, questionSpan } = text;
    const most = kind === 'surprisal' || kind === 'waad' ? AMOUNTS[kind].most : 1;
    const sinks = marks.positions;
    view.current?.update({
      ...{ pieces, promptLength, needles, questionSpan },
      ...{ shading, most, scale, dark, sinks, query, key },
    });
  }, [view, text, shading, kind, marks, scale, dark, query, key]);

  // The end of a run shows the place that it was about.
  const needleStart = text.needleSpan?.[0];
  useEffect(() => {
    if (isDone && needleStart !== undefined) view.current?.reveal(needleStart);
  }, [view, isDone, needleStart]);

  useEffect(() => {
    if (selection.key !== null) view.current?.reveal(selection.key);
  }, [view, selection.key]);

  function move(event: KeyboardEvent) {
    const last = text.pieces.length - 1;
    const from = selection.query ?? last;
    const pressed = event.altKey || event.ctrlKey || event.metaKey ? null : STEPS[event.key];
    if (pressed === undefined || pressed === null || last < 0) return;
    event.preventDefault();
    const to = Math.min(
      last,
      Math.max(0, pressed === 'first' ? 0 : pressed === 'last' ? last : from + pressed),
    );
    actions.select({ query: to, key: null });
    view.current?.reveal(to);
  }

  return (
    <>
      <section
        ref={scroller}
        className="token-text"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, and picks tokens by keys
        tabIndex={0}
        aria-label="Text of the prompt and the answer. Left and right arrow keys pick the query token."
        onKeyDown={move}
      />
      <PickedLine shading={shading} text={text} />
      <HeadsLooking />
      <TokenCurves />
    </>
  );
}

const STEPS: Record<string, number | 'first' | 'last'> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -64,
  PageDown: 64,
  Home: 'first',
  End: 'last',
};
