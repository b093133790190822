import type { PageState } from '../../state/page-store';
import { shownTextRow } from '../../state/text-row';
import type { Table } from '../parts/export-table';
import { tokenShading } from './token-shade';

/** The tokens with what they are shaded by, for a file; null without a run. */
export function tokenNumbers(state: PageState): Table | null {
  const { run, shading, inspection, selection } = state;
  if (!run) return null;
  const { at } = tokenShading(shading, inspection, shownTextRow(state), selection.step);
  const pieces = [...run.prompt.pieces, ...run.generated.map(({ piece }) => piece)];
  return {
    columns: ['position', 'token', 'shade', shading],
    rows: pieces.map((piece, position) => {
      const shade = at(position);
      const value =
        shade.kind === 'weight' ? shade.weight : shade.kind === 'amount' ? shade.amount : null;
      return [position, piece, shade.kind, value];
    }),
  };
}
