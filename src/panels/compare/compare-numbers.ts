import { shownComparison } from '../../state/comparison';
import type { PageState } from '../../state/page-store';
import { presetOfChoice } from '../../state/setup';
import { type ExportSubject, runSubject } from '../parts/export-subject';
import type { Table } from '../parts/export-table';
import { strategyTitle } from '../parts/strategy-title';

/** The divergence at each token, for files. */
export function compareNumbers(state: PageState): Table | null {
  const steps = shownComparison(state)?.divergence?.steps ?? [];
  if (steps.length === 0) return null;
  return {
    columns: ['token', 'piece', 'kl_nats', 'probability_a', 'probability_b', 'most_likely_b'],
    rows: steps.map(({ piece, kl, logP, logQ, pieceQ }, index) => [
      index + 1,
      piece,
      kl,
      Math.exp(logP),
      Math.exp(logQ),
      pieceQ,
    ]),
  };
}

/** Both runs; null: nothing was compared. */
export function compareSubject(state: PageState): ExportSubject | null {
  const first = runSubject(state);
  const comparison = shownComparison(state);
  if (!first || !comparison) return null;
  const { strategy, report, divergence, kept } = comparison;
  return {
    name: `${first.name}-vs-${presetOfChoice(strategy)?.id ?? 'custom'}`,
    caption: `A: ${first.caption} · B: ${strategyTitle(strategy)}`,
    title: 'both runs',
    whole: {
      about: 'Needlescope comparison',
      a: first.whole,
      b: { strategy, result: report.result, generated: report.generated },
      divergence,
      kept,
    },
  };
}
