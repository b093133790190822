import type { PageState } from '../../state/page-store';
import { viewedStep } from '../../state/viewed-step';
import type { Table } from '../parts/export-table';
import { departuresUpTo } from './departure';

/** What left the picked KV head up to the viewed row, for a file; null: nothing was run. */
export function departureTable(state: PageState): Table | null {
  const { history } = state.inspection;
  const row = viewedStep(state);
  if (!history || row === null) return null;
  const { layer, kvHead } = history;
  return {
    columns: ['layer', 'kv_head', 'position', 'left_at_step', 'score', 'lowest_kept_score'],
    rows: departuresUpTo(history, row).map(({ position, step, score, lowestKept }) => [
      layer,
      kvHead,
      position,
      step,
      score,
      lowestKept,
    ]),
  };
}
