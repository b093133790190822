import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { emptyRun, type PerplexityState } from '../../state/perplexity';
import { perplexityBins } from '../../state/perplexity-bins';
import { presetOf } from '../../strategies/presets';
import { measuringProgress } from './perplexity-progress';
import { BinTable, type Line, SummaryTable } from './perplexity-tables';

/** A strategy that found every token one of `choices`, up to token 48 of 64, and one of 8 from then on. */
function lineOf(title: string, choices: number, change: Partial<Line> = {}): Line {
  const surprisals = Float32Array.from({ length: 64 }, (_, i) =>
    Math.log(i === 0 ? Number.NaN : i < 48 ? choices : 8),
  );
  const run = { ...emptyRun({ title, choice: presetOf('dense').choice }), surprisals, read: 64 };
  const line = { ...run, firstEviction: 48, kvBytes: 2000, ms: 128, index: 0, ...change };
  return { ...line, bins: perplexityBins(line.surprisals, line.read) };
}

const cells = (html: string) =>
  [...html.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, cell]) => cell.replace(/<[^>]+>/g, ''));

test('the summary tells before and after the first eviction, and what went wrong', () => {
  const trouble = { code: 'bad-input' as const, what: 'No room.', advice: 'Less.', actions: [] };
  const html = renderToStaticMarkup(
    <SummaryTable
      lines={[
        lineOf('Window', 2),
        lineOf('Dense', 2, { firstEviction: null, read: 32 }),
        lineOf('Other', 2, { read: 0, firstEviction: null, trouble }),
      ]}
    />,
  );
  const [window, dense, other, reason] = html.split('<tr>').slice(2);
  expect(cells(window)).toEqual([' Window', '2.84', '2', '8', 'token 48', '2 kB', '2 ms']);
  expect(cells(dense)).toEqual([' Dense · 32 tokens', '2', '2', '–', 'none', '2 kB', '4 ms']);
  expect(cells(other)).toEqual([' Other', '–', '–', '–', '–', '–', '–']);
  expect(cells(reason)).toEqual(['No room. Less.']);
});

test('the chart has its numbers, a row a bin', () => {
  const html = renderToStaticMarkup(
    <BinTable lines={[lineOf('A', 2), lineOf('B', 4, { read: 40 })]} title="perplexity" />,
  );
  expect(cells(html)).toEqual(['Tokens', 'A', 'B', '0–31', '2', '4', '32–63', '4', '–']);
});

test('progress counts all strategies, and what failed as over', () => {
  const [first, second] = [lineOf('A', 2), lineOf('B', 2, { read: 16, ms: 160 })];
  const state: PerplexityState = {
    draft: { haystack: { id: 'x' }, numbers: {}, strategies: [] },
    measured: {
      model: '',
      text: { haystack: { id: 'x' }, start: 0, length: 64 },
      prompt: 1,
      tokens: 64,
      runs: [first, second],
    },
    measuring: ['A', 'B'],
  };
  expect(measuringProgress(state)).toEqual({
    done: 80,
    total: 128,
    text: 'B: 16 of 64 tokens · 100/s · 480 ms left',
  });
  expect(measuringProgress({ ...state, measuring: null })).toBeNull();
});
