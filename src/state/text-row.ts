import type { AttentionRow, PageState } from './page-store';

/** The query whose row the text shows where that is not the picked one; null: it is. */
export function queryOfText({ shading, selection: { step } }: PageState): number | null {
  return shading === 'read' ? step : null;
}

/** What was looked up of the row that the text shows. */
export function shownTextRow(state: PageState): AttentionRow | null {
  const { row, textRow } = state.inspection;
  return queryOfText(state) === null ? row : textRow;
}
