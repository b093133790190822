import { useState } from 'react';
import type { StrategySummary, SweepPlan } from '../../needle/sweep/plan';
import { formatBytes, formatCount, formatMs, formatPercent } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { accuracyText } from './cell-text';
import { frontierOf } from './frontier';
import { ParetoChart, type ParetoPoint } from './pareto-chart';
import './pareto-view.css';

/** What accuracy is set against. */
const COSTS = {
  bytes: {
    title: 'KV cache at the end (bytes)',
    of: (summary: StrategySummary) => summary.mean?.kvBytes ?? null,
    format: formatBytes,
  },
  peak: {
    title: 'KV cache at its peak (bytes)',
    of: (summary: StrategySummary) => summary.mean?.peakBytes ?? null,
    format: formatBytes,
  },
  prefill: {
    title: 'time to read the prompt (ms)',
    of: (summary: StrategySummary) => summary.mean?.prefillMs ?? null,
    format: formatMs,
  },
  step: {
    title: 'time of a decode step (ms)',
    of: (summary: StrategySummary) => summary.mean?.stepMs ?? null,
    format: formatMs,
  },
};
type Cost = keyof typeof COSTS;

interface ParetoViewProps {
  plan: SweepPlan;
  /** Over the prompts of a length (null: of all) that every strategy has answered. */
  summarise(length: number | null): { summaries: StrategySummary[]; prompts: number };
}

/** What each strategy's accuracy costs in memory and in time. */
export function ParetoView({ plan, summarise }: ParetoViewProps) {
  const [memory, setMemory] = useState<Cost>('bytes');
  const [time, setTime] = useState<Cost>('prefill');
  const [logarithmic, setLogarithmic] = useState(true);
  const [length, setLength] = useState<number | null>(null);
  const { summaries, prompts } = summarise(length);
  return (
    <>
      <div className="pareto-controls">
        <label>
          prompts{' '}
          <select
            value={length ?? ''}
            onChange={({ target }) => setLength(target.value === '' ? null : Number(target.value))}
          >
            <option value="">of all lengths</option>
            {plan.lengths.map((tokens) => (
              <option key={tokens} value={tokens}>
                of {formatCount(tokens)} tokens
              </option>
            ))}
          </select>
        </label>
        <CostChoice name="memory" options={['bytes', 'peak']} value={memory} onChange={setMemory} />
        <CostChoice name="time" options={['prefill', 'step']} value={time} onChange={setTime} />
        <label>
          <input
            type="checkbox"
            checked={logarithmic}
            onChange={({ target }) => setLogarithmic(target.checked)}
          />{' '}
          logarithmic
        </label>
      </div>
      {prompts === 0 ? (
        <p className="hint">Points appear once a prompt has been answered under every strategy.</p>
      ) : (
        <>
          <div className="pareto-charts">
            {[memory, time].map((cost) => (
              <ParetoChart
                key={cost}
                points={pointsOf(plan, summaries, cost)}
                costTitle={COSTS[cost].title}
                format={COSTS[cost].format}
                logarithmic={logarithmic}
              />
            ))}
          </div>
          <p className="hint">
            Means over {formatCount(prompts)} prompts, the same for every strategy. Bars: 95 %
            interval of the accuracy. Line and solid points: no strategy is cheaper and as accurate.
          </p>
        </>
      )}
      <StrategiesTable plan={plan} summaries={summaries} />
    </>
  );
}

function pointsOf(plan: SweepPlan, summaries: StrategySummary[], cost: Cost): ParetoPoint[] {
  return summaries.flatMap((summary) => {
    const { strategy, accuracy, interval } = summary;
    const value = COSTS[cost].of(summary);
    if (accuracy === null || interval === null || value === null) return [];
    return [{ strategy, title: plan.strategies[strategy].title, cost: value, accuracy, interval }];
  });
}

interface CostChoiceProps {
  name: string;
  options: Cost[];
  value: Cost;
  onChange(cost: Cost): void;
}

function CostChoice({ name, options, value, onChange }: CostChoiceProps) {
  return (
    <label>
      {name}{' '}
      <select value={value} onChange={({ target }) => onChange(target.value as Cost)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {COSTS[option].title}
          </option>
        ))}
      </select>
    </label>
  );
}

function StrategiesTable({ plan, summaries }: { plan: SweepPlan; summaries: StrategySummary[] }) {
  const best = new Set(
    frontierOf(pointsOf(plan, summaries, 'bytes')).map((point) => point.strategy),
  );
  return (
    <details>
      <summary>Table: strategies</summary>
      <TableScroll label="Strategies">
        <table className="strategies-table">
          <thead>
            <tr>
              <th scope="col">Strategy</th>
              <th scope="col">Accuracy</th>
              <th scope="col">Wrong, lost</th>
              <th scope="col">Wrong, held</th>
              <th scope="col">Cache</th>
              <th scope="col">of keeping all</th>
              <th scope="col">Peak</th>
              <th scope="col">Prefill</th>
              <th scope="col">Decode/token</th>
              <th scope="col">On the frontier of memory</th>
            </tr>
          </thead>
          <tbody>
            {summaries.map((summary) => {
              const { strategy, mean } = summary;
              return (
                <tr key={strategy}>
                  <th scope="row">{plan.strategies[strategy].title}</th>
                  <td className="number">{accuracyText(summary)}</td>
                  <td className="number">{summary.lost}</td>
                  <td className="number">{summary.cannot}</td>
                  <td className="number">{mean ? formatBytes(mean.kvBytes) : '–'}</td>
                  <td className="number">
                    {mean ? formatPercent(mean.kvBytes / mean.denseBytes) : '–'}
                  </td>
                  <td className="number">{mean ? formatBytes(mean.peakBytes) : '–'}</td>
                  <td className="number">{mean ? formatMs(mean.prefillMs) : '–'}</td>
                  <td className="number">
                    {mean?.stepMs === null || !mean ? '–' : formatMs(mean.stepMs)}
                  </td>
                  <td>{best.has(strategy) ? 'yes' : 'no'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}
