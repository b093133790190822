import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { PreparedPrompt } from '../../needle/prompt-spec';
import type { Accounting, ModelInfo } from '../../worker/protocol';
import { accountingOf } from '../../worker/testing-accounting';
import { AccountingTable } from './read-table';

const MODEL = { layers: 2, heads: 4, headDim: 8, precision: 'f32' } as ModelInfo;
const RUN = { prompt: { ids: new Uint32Array(9) } as PreparedPrompt };

/** The text of each row's cells. */
function rowsOf(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell),
  );
}

test('pairs, entries and bytes stand beside what dense attention takes', () => {
  const accounting: Accounting = {
    pairs: 90,
    causalPairs: 360,
    density: 0.25,
    steps: 1,
    entriesPerStep: 5,
    bytesPerStep: 5 * 2 * 4 * 64,
    traffic: {
      prefill: { dispatches: 0, bytesReadBack: 0 },
      decode: { dispatches: 0, bytesReadBack: 0 },
    },
    bytesLookedUp: 0,
  };
  const [, ...rows] = rowsOf(
    renderToStaticMarkup(<AccountingTable run={RUN} accounting={accounting} model={MODEL} />),
  );
  expect(rows).toEqual([
    ['pairs (density)', '90', '360', '25 %'],
    ['entries/step', '5', '10', '50 %'],
    ['bytes/step', '2.56 kB', '5.12 kB', '50 %'],
  ]);
});

test('before the first step there is nothing to say about steps', () => {
  const accounting = accountingOf({ pairs: 90, causalPairs: 360, density: 0.25 });
  const html = renderToStaticMarkup(
    <AccountingTable run={RUN} accounting={accounting} model={MODEL} />,
  );
  expect(rowsOf(html)[2]).toEqual(['entries/step', '–', '–', '–']);
});
