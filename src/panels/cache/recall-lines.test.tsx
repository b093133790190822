import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { RecallTable } from './recall-lines';

test('mass recall has its means and a row a head; without a step decode has none', () => {
  const recall = { prompt: [[1, 0.5]], decode: [[0, 0]], promptMean: 0.75, decodeMean: null };
  const html = renderToStaticMarkup(<RecallTable recall={recall} />);
  expect(html).toContain('<dt>mass recall, prompt</dt><dd>75 %</dd>');
  expect(html).toContain('<dt>mass recall, decode</dt><dd>–</dd>');
  const cells = [...html.matchAll(/<td class="number">(.*?)<\/td>/g)].map(([, cell]) => cell);
  expect(cells).toEqual(['0', '0', '100 %', '–', '0', '1', '50 %', '–']);
});
