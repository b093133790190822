import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REGISTRY } from '../../strategies/registry';
import { softmax } from '../../strategies/score/softmax';
import { Explained } from './explained';

beforeEach(() => {
  const causality = 'query-block';
  REGISTRY.score.push({ ...softmax, id: 'gated', causality, calibration: 'streaming-gates' });
});
afterEach(() => void REGISTRY.score.pop());

test('an entry without a word on it is causal and needs nothing measured', () => {
  const html = renderToStaticMarkup(<Explained axis="score" id="softmax" />);
  expect(html).toContain('<span class="badge">causal</span>');
  expect(html).not.toContain('calibration');
  expect(html).toContain(softmax.formula);
});

test('an entry that looks ahead, or needs calibration, says so', () => {
  const html = renderToStaticMarkup(<Explained axis="score" id="gated" />);
  expect(html).toContain('<span class="badge">looks ahead in a block</span>');
  expect(html).toContain('<span class="badge">needs calibration</span> It uses streaming gates');
});
