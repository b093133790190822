import type { SampleId, SampleOutcome, SweepPlan, Tally } from '../../../../src/needle/sweep/plan';
import { summariseCells, summariseStrategies } from '../../../../src/needle/sweep/summary';
import { cellsTable } from '../../../../src/needle/sweep/tables';
import { csvOf } from '../../../../src/panels/parts/export-table';
import type { SummaryFormat } from './arguments';

/** What a sweep says so far. */
export function summary(format: SummaryFormat, plan: SweepPlan, outcomes: SampleOutcome[]): string {
  const cells = summariseCells(plan, outcomes);
  const strategies = summariseStrategies(plan, outcomes);
  if (format === 'csv') return csvOf(cellsTable(plan, outcomes)).trimEnd();
  if (format === 'json') return JSON.stringify({ plan, cells, strategies });
  return strategies
    .map((tally) => {
      const own = cells.filter(({ strategy }) => strategy === tally.strategy);
      const header = ['depth', ...plan.lengths.map((length) => `${length} tokens`)];
      const rows = plan.depths.map((depth) => [
        `${depth} %`,
        ...own
          .filter((cell) => cell.depth === depth)
          .map(({ correct, done, failed }) =>
            failed > 0 ? `${correct}/${done} (${failed} failed)` : `${correct}/${done}`,
          ),
      ]);
      const { title } = plan.strategies[tally.strategy];
      return [title, ...columns([header, ...rows]), ...describe(tally)].join('\n');
    })
    .join('\n\n');
}

/** A line about how far a sweep is. */
export function progressLine(
  plan: SweepPlan,
  { done, total, remainingMs }: { done: number; total: number; remainingMs: number },
  outcome: SampleOutcome,
): string {
  const left = done < total ? ` · about ${duration(remainingMs)} left` : '';
  return `${done} of ${total} samples · ${where(plan, outcome)}: ${ending(outcome)}${left}`;
}

function where(plan: SweepPlan, { strategy, length, depth }: SampleId): string {
  return `${plan.strategies[strategy].title}, ${length} tokens, depth ${depth} %`;
}

function ending(outcome: SampleOutcome): string {
  if ('trouble' in outcome) return outcome.trouble.what;
  return outcome.result.correct ? 'found' : 'not found';
}

function describe({
  done,
  failed,
  accuracy,
  interval,
  lost,
  cannot,
  mean,
  trouble,
}: Tally): string[] {
  const failures = failed === 0 ? [] : [`failed    ${failed}: ${trouble?.what ?? ''}`];
  if (accuracy === null || !interval || !mean) return failures;
  const step = mean.stepMs === null ? '' : `, ${mean.stepMs.toFixed(1)} ms a token`;
  const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  return [
    `found     ${percent(accuracy)} of ${done}, 95 % interval ${percent(interval[0])} to ${percent(interval[1])}`,
    ...(lost + cannot > 0
      ? [
          `wrong     ${lost} with part of the needle gone from the cache, ${cannot} with all of it there`,
        ]
      : []),
    `cache     ${kibibytes(mean.kvBytes)} at the end, ${kibibytes(mean.peakBytes)} at most, ${kibibytes(mean.denseBytes)} if all were kept`,
    `time      ${mean.prefillMs.toFixed(0)} ms to read${step}`,
    ...failures,
  ];
}

function columns(rows: string[][]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i])).join('  '));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
