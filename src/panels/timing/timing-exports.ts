import type { PageState } from '../../state/page-store';
import type { PanelExports } from '../parts/export-menu';
import type { Table } from '../parts/export-table';

export const TIMING_EXPORTS: PanelExports = {
  picture: '.timing > .timing-table, .token-times, .kernel-bars, .roofline',
  numbers: timeNumbers,
};

/** A row for the prompt, and one for each token that took a step; the first comes out of the prompt. */
function timeNumbers({ run }: PageState): Table | null {
  if (!run || run.prefill.done === 0) return null;
  const steps = run.generated.slice(1).map(({ piece, decodeMs }, index) => {
    const before = run.generated[index].decodeMs;
    return ['decode', index + 2, piece, 1, decodeMs - before];
  });
  return {
    columns: ['phase', 'token', 'text', 'tokens', 'ms'],
    rows: [['prefill', null, null, run.prefill.done, run.prefill.ms], ...steps],
  };
}
