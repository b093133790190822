import { useEffect, useRef, useState } from 'react';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { binSize } from '../../state/perplexity-bins';
import { lineMark } from '../parts/line-marks';
import { formatCount, formatShort } from '../parts/numbers';
import { createTooltip } from '../parts/tooltip';
import { createPerplexityChart, type PerplexityChart } from './perplexity-chart';
import type { Line } from './perplexity-tables';

const selectContext = (state: PageState) => state.model?.contextLength ?? Number.POSITIVE_INFINITY;

interface ChartProps {
  lines: Line[];
  /** Of the text. */
  tokens: number;
  axisTitle: string;
}

/** The chart, and one place of it held: by a click, or by the slider below. */
export function PerplexityLines({ lines, tokens, axisTitle }: ChartProps) {
  const contextLength = usePage(selectContext);
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<PerplexityChart>(null);
  const [picked, setPicked] = useState<number | null>(null);
  const bin = binSize(tokens);
  const firstOf = (position: number) => Math.floor(position / bin) * bin;

  /** The newest of what the chart's callbacks must know, which are made once. */
  const latest = useRef({ lines, bin });
  useEffect(() => {
    latest.current = { lines, bin };
  }, [lines, bin]);

  useEffect(() => {
    if (!node.current) return;
    const tooltip = createTooltip();
    const created = createPerplexityChart(node.current, {
      onHover(position, clientX, clientY) {
        if (position === null) return tooltip.hide();
        const { lines: shown, bin: size } = latest.current;
        tooltip.show(clientX, clientY, describeBin(shown, position, size));
      },
      onPick(position) {
        const first = Math.floor(position / latest.current.bin) * latest.current.bin;
        setPicked((before) => (before === first ? null : first));
      },
    });
    chart.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, []);

  useEffect(() => {
    chart.current?.update({
      lines: lines.map(({ title, index, bins, firstEviction }) => ({
        title,
        bins,
        firstEviction,
        mark: lineMark(index),
      })),
      tokens,
      bin,
      axisTitle,
      contextLength,
      looked: picked,
    });
  }, [lines, tokens, bin, axisTitle, contextLength, picked]);

  return (
    <>
      <div
        ref={node}
        className="perplexity-chart"
        role="img"
        aria-label={`${axisTitle} by position in the text, a line for each strategy; the numbers are in the tables below.`}
      />
      <label className="perplexity-look">
        Look at tokens{' '}
        <input
          type="range"
          min={0}
          max={Math.max(0, tokens - 1)}
          step={bin}
          value={picked ?? 0}
          aria-valuetext={
            picked === null ? 'nothing picked' : describeBin(lines, picked, bin).join(', ')
          }
          onChange={(event) => setPicked(firstOf(event.target.valueAsNumber))}
          onKeyDown={(event) => event.key === 'Escape' && setPicked(null)}
        />
      </label>
      <p className="hint perplexity-readout">
        {picked === null
          ? 'Click the chart or move the slider to hold one place.'
          : describeBin(lines, picked, bin).join(' · ')}
      </p>
      {tokens > 0 && contextLength >= tokens && Number.isFinite(contextLength) && (
        <p className="hint">
          The model’s context ends behind this text, at {formatCount(contextLength)} tokens.
        </p>
      )}
    </>
  );
}

/** The perplexities of the bin that holds a position. */
function describeBin(lines: Line[], position: number, size: number): string[] {
  const from = Math.floor(position / size) * size;
  const found = lines.flatMap(({ title, bins }) => {
    const own = bins.find((bin) => bin.from === from);
    return own ? [`${title} ${formatShort(own.perplexity)}`] : [];
  });
  return [`tokens ${formatCount(from)}–${formatCount(from + size - 1)}`, ...found];
}
