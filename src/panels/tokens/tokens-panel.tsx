import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import { type PageState, processedTokens, type Shading } from '../../state/page-store';
import { type Text, useText } from '../../state/text';
import { useIsDark } from '../../state/theme';
import { FoldingPanel } from '../parts/panel';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { WeightLegend } from '../parts/weight-legend';
import { describeShade, type TokenShade, type TokenShading, tokenShading } from './token-shade';
import { createTokenView, type TokenView } from './token-view';
import './tokens-panel.css';

const selectShading = (state: PageState) => state.shading;
const selectScale = (state: PageState) => state.scale;
const selectSelection = (state: PageState) => state.selection;
const selectInspection = (state: PageState) => state.inspection;
const selectHover = (state: PageState) => state.hover;
const selectIsDone = (state: PageState) => (state.run?.result ?? null) !== null;
const selectProcessed = (state: PageState) => processedTokens(state.run);
const selectHasRun = (state: PageState) => state.run !== null;

const SHADINGS: { value: Shading; title: string }[] = [
  { value: 'attention', title: 'attention from the picked token' },
  { value: 'read', title: 'read by the picked token / left out' },
  { value: 'kept', title: 'kept / evicted' },
  { value: 'received', title: 'attention received (mean)' },
];

/** The text as the model reads it, shaded token by token. */
export function TokensPanel() {
  const text = useText();
  const dark = useIsDark();
  const store = usePageStore();
  const actions = usePageActions();
  const shadingKind = usePage(selectShading);
  const scale = usePage(selectScale);
  const selection = usePage(selectSelection);
  const inspection = usePage(selectInspection);
  const hover = usePage(selectHover);
  const isDone = usePage(selectIsDone);
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRef<TokenView>(null);
  const shading = useMemo(() => tokenShading(shadingKind, inspection), [shadingKind, inspection]);
  const query = selection.query ?? hover.query;
  const key = hover.key ?? selection.key;

  /** The newest of what the view's callbacks must know, which are made once. */
  const latest = useRef({ text, shading, shadingKind });

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
        const { text: shown, shading: shades, shadingKind: kind } = latest.current;
        tooltip.show(clientX, clientY, [
          `position ${position} · ${quoted(shown.pieces[position])}`,
          describeShade(shades.at(position), kind, shown.promptLength),
          shades.caption,
        ]);
      },
      onPick: (position) => actions.select({ query: position, key: null }),
    });
    view.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [store, actions]);

  useEffect(() => {
    latest.current = { text, shading, shadingKind };
    view.current?.update({ ...text, shading, scale, dark, query, key });
  }, [text, shading, shadingKind, scale, dark, query, key]);

  // The end of a run shows the place that it was about.
  const needleStart = text.needleSpan?.[0];
  useEffect(() => {
    if (isDone && needleStart !== undefined) view.current?.reveal(needleStart);
  }, [isDone, needleStart]);

  useEffect(() => {
    if (selection.key !== null) view.current?.reveal(selection.key);
  }, [selection.key]);

  function move(event: KeyboardEvent) {
    const last = text.pieces.length - 1;
    const from = selection.query ?? last;
    const step = event.altKey || event.ctrlKey || event.metaKey ? null : STEPS[event.key];
    if (step === undefined || step === null || last < 0) return;
    event.preventDefault();
    const to = Math.min(
      last,
      Math.max(0, step === 'first' ? 0 : step === 'last' ? last : from + step),
    );
    actions.select({ query: to, key: null });
    view.current?.reveal(to);
  }

  return (
    <FoldingPanel
      name="tokens"
      title="Tokens"
      info={<AboutTokens />}
      tools={
        <>
          <JumpButtons onJump={(position) => view.current?.reveal(position)} />
          {LEGENDS[shadingKind]}
          <ShadingChoice />
        </>
      }
    >
      <section
        ref={scroller}
        className="token-text"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, and picks tokens by keys
        tabIndex={0}
        aria-label="Text of the prompt and the answer. Left and right arrow keys pick the query token."
        onKeyDown={move}
      />
      <PickedLine shading={shading} text={text} />
    </FoldingPanel>
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

function ShadingChoice() {
  const shading = usePage(selectShading);
  const store = usePageStore();
  return (
    <label>
      shade{' '}
      <select
        value={shading}
        onChange={(event) => store.setState({ shading: event.target.value as Shading })}
      >
        {SHADINGS.map(({ value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function JumpButtons({ onJump }: { onJump(position: number): void }) {
  const { needleSpan, questionSpan } = useText();
  return (
    <span className="jumps">
      {needleSpan && (
        <button type="button" className="small" onClick={() => onJump(needleSpan[0])}>
          <span className="swatch needle-swatch" aria-hidden="true" />
          needle
        </button>
      )}
      {questionSpan && (
        <button type="button" className="small" onClick={() => onJump(questionSpan[1] - 1)}>
          <span className="swatch question-swatch" aria-hidden="true" />
          question
        </button>
      )}
    </span>
  );
}

const LEGENDS: Record<Shading, ReactNode> = {
  attention: <WeightLegend />,
  read: <ShadeLegend shades={['read', 'left-out', 'evicted']} />,
  kept: <ShadeLegend shades={['kept', 'evicted']} />,
  received: <WeightLegend />,
};

function ShadeLegend({ shades }: { shades: TokenShade['kind'][] }) {
  return (
    <span className="shade-legend">
      {shades.map((shade) => (
        <span key={shade} className={`token ${shade}`}>
          {shade.replace('-', ' ')}
        </span>
      ))}
    </span>
  );
}

/** The picked tokens and their number in words, for everybody who cannot point. */
function PickedLine({ shading, text }: { shading: TokenShading; text: Text }) {
  const { pieces, promptLength } = text;
  const { query, key } = usePage(selectSelection);
  const kind = usePage(selectShading);
  const hasRun = usePage(selectHasRun);
  const processed = usePage(selectProcessed);
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

function AboutTokens() {
  return (
    <>
      <p>
        Each token’s background is the weight that the picked query token gives it, in the picked
        layer and head. Point at tokens to read numbers, click one to make it the query, press Esc
        to let it go.
      </p>
      <p>
        “Read by the picked token” shows which keys this query was compared with: dotted ones were
        in the cache, but the prefill pattern or the decode selection left them out. “Kept /
        evicted” shows which keys the cache still holds for this KV head; evicted ones are struck
        through. “Attention received” is the mean weight over all queries that read a token; long
        texts take a sample of the queries, and the caption says how many.
      </p>
      <p>The number before each row is the position of its first token.</p>
    </>
  );
}
