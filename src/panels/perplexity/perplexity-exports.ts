import type { PageState } from '../../state/page-store';
import { type PerplexityState, shownRuns } from '../../state/perplexity';
import { perplexityBins } from '../../state/perplexity-bins';
import type { PanelExports } from '../parts/export-menu';
import type { ExportSubject } from '../parts/export-subject';
import type { Table } from '../parts/export-table';

/** The chart and its numbers, and every token's surprisal. */
export const PERPLEXITY_EXPORTS: PanelExports = {
  picture: '.perplexity-chart',
  numbers: ({ perplexity }) => binTable(perplexity),
  subject,
};

/** One row a bin and strategy. */
export function binTable(perplexity: PerplexityState): Table | null {
  const rows = shownRuns(perplexity).flatMap(({ title, surprisals, read, firstEviction }) =>
    perplexityBins(surprisals, read).map((bin) => [
      title,
      bin.from,
      bin.to,
      bin.perplexity,
      firstEviction,
    ]),
  );
  if (rows.length === 0) return null;
  return { columns: ['strategy', 'from_token', 'to_token', 'perplexity', 'first_eviction'], rows };
}

function subject({ perplexity, model }: PageState): ExportSubject | null {
  const { measured } = perplexity;
  const runs = shownRuns(perplexity).filter(({ read }) => read > 0);
  if (!measured || !model || runs.length === 0) return null;
  const { text, prompt, tokens } = measured;
  const name = 'id' in text.haystack ? text.haystack.id : text.haystack.title;
  return {
    name: 'perplexity',
    caption: `${model.name} · ${tokens} tokens of ${name} from ${text.start} % on · ${runs.map(({ title }) => title).join(', ')}`,
    title: 'the measurement',
    whole: {
      about: 'Needlescope streaming perplexity: surprisal of every token in nats, by position',
      model: model.name,
      adapter: model.adapter.name,
      text,
      prompt,
      tokens,
      // JSON has no word for the first token's missing value.
      runs: runs.map((run) => ({
        ...run,
        surprisals: Array.from(run.surprisals, (value) => (Number.isNaN(value) ? null : value)),
      })),
    },
  };
}
