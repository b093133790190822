import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { type Comparison, shownComparison } from '../../state/comparison';
import { usePage, usePageActions } from '../../state/page-context';
import { kvHeadOf, type PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import { useIsDark } from '../../state/theme';
import { formatPercent } from '../parts/numbers';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { type KeptShares, keptShares, meanShare } from './kept-shares';
import { createKeptStrip, type KeptStrip } from './kept-strip';
import { KeptTable } from './kept-table';

type Kept = NonNullable<Comparison['kept']>;

const selectKept = (state: PageState) => shownComparison(state)?.kept ?? null;
const selectSelection = (state: PageState) => state.selection;
const selectModel = (state: PageState) => state.model;

/** Which positions of the prompt the two runs still held at their ends. */
export function KeptView() {
  const kept = usePage(selectKept);
  return kept && <KeptSets kept={kept} />;
}

function KeptSets({ kept }: { kept: Kept }) {
  const model = usePage(selectModel);
  const { layer, head, key } = usePage(selectSelection);
  const { pieces, promptLength, needleSpan, questionSpan } = useText();
  const [isOfAll, setIsOfAll] = useState(false);
  const dark = useIsDark();
  const { select, hover } = usePageActions();
  const node = useRef<HTMLDivElement>(null);
  const strip = useRef<KeptStrip>(null);
  const kvHead = model ? kvHeadOf(model, head) : 0;
  const own = layer * (model?.kvHeads ?? 1) + kvHead;
  const shares = useMemo(
    () => keptShares(kept, promptLength, isOfAll ? [...kept.run.keys()] : [own]),
    [kept, promptLength, isOfAll, own],
  );
  const latest = useRef({ shares, pieces });

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createKeptStrip(node.current, {
      onHover(position, clientX, clientY) {
        hover(null, position);
        if (position === null) return tooltip.hide();
        const { shares: shown, pieces: text } = latest.current;
        tooltip.show(clientX, clientY, [
          `position ${position} · ${quoted(text[position])}`,
          describe(shown, position),
        ]);
      },
      onPick: (position) => select({ key: position }),
    });
    strip.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [select, hover]);

  useEffect(() => {
    latest.current = { shares, pieces };
    strip.current?.update({ shares, needleSpan, questionSpan, picked: key, dark });
  }, [shares, pieces, needleSpan, questionSpan, key, dark]);

  const at = Math.min(key ?? 0, promptLength - 1);
  function move(event: KeyboardEvent) {
    const to = STEPS[event.key]?.(at, promptLength - 1);
    if (to === undefined) return;
    event.preventDefault();
    hover(null, null);
    select({ key: Math.min(promptLength - 1, Math.max(0, to)) });
  }

  return (
    <section className="kept-sets" aria-label="Kept positions">
      <h3>
        Kept at the end
        <label className="hint">
          {' '}
          of{' '}
          <select
            value={isOfAll ? 'all' : 'own'}
            onChange={(event) => setIsOfAll(event.target.value === 'all')}
          >
            <option value="own">
              layer {layer} · KV head {kvHead}
            </option>
            <option value="all">all layers and heads (share)</option>
          </select>
        </label>
      </h3>
      <Legend shares={shares} needleSpan={needleSpan} hasQuestion={questionSpan !== null} />
      <div
        ref={node}
        className="kept-strip"
        role="slider"
        tabIndex={0}
        aria-label="Positions of the prompt, kept by A and by B. Arrow keys pick one."
        aria-valuemin={0}
        aria-valuemax={promptLength - 1}
        aria-valuenow={at}
        aria-valuetext={`position ${at} ${quoted(pieces[at])}: ${describe(shares, at)}`}
        onKeyDown={move}
      />
      <p className="hint" aria-live="polite">
        {key === null || key >= promptLength
          ? 'Point at a position to read it, click to pick it in all panels.'
          : `position ${key} ${quoted(pieces[key])}: ${describe(shares, key)}`}
      </p>
      <KeptTable kept={kept} promptLength={promptLength} needleSpan={needleSpan} />
    </section>
  );
}

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at + 1,
  PageDown: (at) => at - 64,
  PageUp: (at) => at + 64,
  Home: () => 0,
  End: (_at, last) => last,
};

interface LegendProps {
  shares: KeptShares;
  needleSpan: [number, number] | null;
  hasQuestion: boolean;
}

/** The colours with their shares of the prompt, and what became of the needle. */
function Legend({ shares, needleSpan, hasQuestion }: LegendProps) {
  const { both, onlyRun, onlyCompared, neither } = meanShare(shares, 0, shares.both.length);
  const needle = needleSpan && meanShare(shares, ...needleSpan);
  return (
    <p className="kept-legend">
      <span>
        <i className="kept-both" /> both {formatPercent(both)}
      </span>
      <span>
        <i className="kept-a" /> only A {formatPercent(onlyRun)}
      </span>
      <span>
        <i className="kept-b" /> only B {formatPercent(onlyCompared)}
      </span>
      <span>
        <i className="kept-none" /> neither {formatPercent(neither)}
      </span>
      {needle && (
        <span>
          <i className="swatch needle-swatch" />
          needle: A kept {formatPercent(needle.both + needle.onlyRun)}, B{' '}
          {formatPercent(needle.both + needle.onlyCompared)}
        </span>
      )}
      {hasQuestion && (
        <span>
          <i className="swatch question-swatch" />
          question
        </span>
      )}
    </p>
  );
}

function describe(shares: KeptShares, position: number): string {
  const share = meanShare(shares, position, position + 1);
  const parts = [
    { name: 'both', value: share.both },
    { name: 'only A', value: share.onlyRun },
    { name: 'only B', value: share.onlyCompared },
    { name: 'neither', value: share.neither },
  ].filter(({ value }) => value > 1e-4);
  if (parts.length === 1)
    return parts[0].name === 'neither' ? 'kept by neither' : `kept by ${parts[0].name}`;
  return parts.map(({ name, value }) => `${name} ${formatPercent(value)}`).join(', ');
}
