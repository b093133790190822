import { useEffect, useRef } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import { useIsDark } from '../../state/theme';
import type { SinkReport } from '../../worker/protocol';
import { formatWeight } from '../parts/numbers';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { createMassStrip, type MassStrip, type StripCell } from './mass-strip';

const selectKey = (state: PageState) => state.selection.key;
const selectPointed = (state: PageState) => state.hover.key;
const selectScale = (state: PageState) => state.scale;

/** Mass by position and layer as a heat strip that points and picks. */
export function MassView({ report }: { report: SinkReport }) {
  const text = useText();
  const picked = usePage(selectKey);
  const pointed = usePage(selectPointed);
  const scale = usePage(selectScale);
  const dark = useIsDark();
  const { select, hover } = usePageActions();
  const node = useRef<HTMLDivElement>(null);
  const strip = useRef<MassStrip>(null);
  const { pieces, needleSpan, questionSpan } = text;
  const latest = useRef(pieces);

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createMassStrip(node.current, {
      onHover(cell, clientX, clientY) {
        hover(null, cell?.position ?? null);
        if (!cell) return tooltip.hide();
        tooltip.show(clientX, clientY, linesOf(cell, latest.current));
      },
      onPick: ({ layer, position }) => select({ layer, key: position }),
    });
    strip.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [select, hover]);

  useEffect(() => {
    latest.current = pieces;
    strip.current?.update({ report, needleSpan, questionSpan, picked, pointed, scale, dark });
  }, [pieces, report, needleSpan, questionSpan, picked, pointed, scale, dark]);

  return (
    <div
      ref={node}
      className="mass-strip"
      role="img"
      aria-label="Attention mass by key position and layer; the largest values are in the table below."
    />
  );
}

function linesOf({ layer, position, mass, range: [from, to] }: StripCell, pieces: string[]) {
  const where = `layer ${layer} · position ${position} ${quoted(pieces[position])}`;
  if (Number.isNaN(mass)) return [where, 'no query saw it'];
  const pooled = to - from > 1 ? [`the largest of positions ${from}–${to - 1}`] : [];
  return [where, `mass ${formatWeight(mass)}`, ...pooled];
}
