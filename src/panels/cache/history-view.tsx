import { useCallback, useEffect, useRef, useState } from 'react';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import { type HeadHistory, type PageState, processedTokens } from '../../state/page-store';
import { type Text, useText } from '../../state/text';
import { useIsDark } from '../../state/theme';
import { rowSelected, viewedStep } from '../../state/viewed-step';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { AgeLegend } from './age-legend';
import { type AgeRaster, createAgeRaster, type RasterPoint, type RasterWindow } from './age-raster';
import { describeAt, NEVER } from './departure';
import { pressed, WHOLE } from './raster-keys';

const selectKey = (state: PageState) => state.selection.key;
const selectHover = (state: PageState) => state.hover;
const selectIsLive = (state: PageState) => state.activity !== 'idle';
const selectMaxTokens = (state: PageState) => state.run?.maxTokens ?? 0;
const selectProcessed = (state: PageState) => processedTokens(state.run);

/** The life of every entry of the picked KV head: when it came, how old it was, when it left. */
export function HistoryView({ history }: { history: HeadHistory }) {
  const text = useText();
  const dark = useIsDark();
  const step = usePage(viewedStep);
  const key = usePage(selectKey);
  const hover = usePage(selectHover);
  const live = usePage(selectIsLive);
  const maxTokens = usePage(selectMaxTokens);
  const processed = usePage(selectProcessed);
  const store = usePageStore();
  const { select, hover: setHover } = usePageActions();
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const node = useRef<HTMLDivElement>(null);
  const raster = useRef<AgeRaster>(null);
  /** The newest of what the raster's callbacks must know, which are made once. */
  const latest = useRef({ text, history });

  // While tokens are still to come the axes already have room for them, so that nothing jumps.
  const { promptLength } = text;
  const length = live ? promptLength + maxTokens : processed;
  // Where the prompt is read with everything, all that happens happens in the answer.
  const chosen = zoom ?? (leavesInAnswer(history, promptLength) ? ANSWER : WHOLE);
  const from = chosen === ANSWER && length > promptLength ? Math.max(0, promptLength - 4) : 0;
  const shown: RasterWindow =
    typeof chosen === 'object' ? chosen : { steps: [from, length], keys: [0, length] };

  const pick = useCallback(
    ({ step: row, key: picked }: RasterPoint) =>
      select({ ...rowSelected(store.getState(), row), query: row, key: picked }),
    [select, store],
  );

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createAgeRaster(node.current, {
      onHover(point, clientX, clientY) {
        setHover(point?.step ?? null, point?.key ?? null);
        if (!point) return tooltip.hide();
        tooltip.show(clientX, clientY, linesAt(point.step, point.key, latest.current));
      },
      onPick: pick,
      onZoom: setZoom,
    });
    raster.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [pick, setHover]);

  useEffect(() => {
    latest.current = { text, history };
    raster.current?.update({
      ...text,
      window: shown,
      evictedAt: history.evictedAt,
      dark,
      step,
      key,
      pointed: hover,
    });
  });

  return (
    <>
      <div className="raster-bar">
        <fieldset aria-label="Steps shown">
          <button
            type="button"
            className="small"
            aria-pressed={chosen === WHOLE}
            onClick={() => setZoom(WHOLE)}
          >
            All steps
          </button>
          <button
            type="button"
            className="small"
            aria-pressed={chosen === ANSWER}
            disabled={length <= promptLength}
            onClick={() => setZoom(ANSWER)}
          >
            Answer
          </button>
        </fieldset>
        <AgeLegend oldest={Math.max(1, history.evictedAt.length - 1)} />
      </div>
      <div
        ref={node}
        className="age-raster"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the raster is read and zoomed by keys
        tabIndex={0}
        aria-label="Age of entries, key positions by steps. Arrow keys move the picked step and key, plus and minus zoom, 0 shows all."
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const effect = pressed(event.key, event.shiftKey, {
            length: processed,
            window: shown,
            step: step ?? 0,
            key: key ?? 0,
          });
          if (!effect) return;
          event.preventDefault();
          if (effect === WHOLE || 'steps' in effect) setZoom(effect);
          else pick(effect);
        }}
      />
    </>
  );
}

const ANSWER = 'answer';
type Zoom = typeof WHOLE | typeof ANSWER | RasterWindow;

/** Whether entries leave, but none before the prompt was read. */
function leavesInAnswer({ evictedAt }: HeadHistory, promptLength: number): boolean {
  const first = evictedAt.reduce((least, step) => Math.min(least, step), NEVER);
  return first >= promptLength && first < NEVER;
}

function linesAt(
  step: number,
  key: number,
  { text: { pieces }, history }: { text: Text; history: HeadHistory },
): string[] {
  return [
    `position ${key} · ${quoted(pieces[key])}`,
    `at step ${step} ${quoted(pieces[step])}: ${describeAt(history, key, step)}`,
  ];
}
