import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { CellSummary } from '../../needle/sweep/plan';
import { CellGrid } from './cell-grid';

vi.mock('../../state/theme', () => ({ useIsDark: () => false }));

const cell = (length: number, depth: number, change: Partial<CellSummary> = {}): CellSummary => ({
  strategy: 0,
  length,
  depth,
  planned: 4,
  done: 0,
  correct: 0,
  accuracy: null,
  interval: null,
  lost: 0,
  cannot: 0,
  failed: 0,
  trouble: null,
  mean: null,
  ...change,
});

const CELLS = [
  [
    cell(64, 0, { done: 4, correct: 3, accuracy: 0.75, interval: [0.3, 0.95], lost: 1 }),
    cell(128, 0, { done: 1, correct: 1, accuracy: 1, interval: [0.2, 1] }),
  ],
  [cell(64, 100), cell(128, 100, { failed: 4, trouble: null })],
];

function grid(reference: (number | null)[][] | null = null): string {
  return renderToStaticMarkup(
    <CellGrid
      title="Dense"
      note=""
      plan={{ lengths: [64, 128], depths: [0, 100] }}
      cells={CELLS}
      reference={reference}
      running={{ strategy: 0, length: 64, depth: 100 }}
      pinned={CELLS[0][0]}
      onHover={() => {}}
      onReach={() => {}}
      onPick={() => {}}
    />,
  );
}

const texts = (html: string) =>
  [...html.matchAll(/<button[^>]*>(.*?)<\/button>/g)].map(([, inner]) => inner.replace(/<.*/, ''));

test('a cell shows its accuracy, and marks what was lost, is missing or failed', () => {
  const html = grid();
  expect(texts(html)).toEqual(['75', '100', '', '!']);
  expect(html.match(/lost-share/g)).toHaveLength(1);
  expect(html).toContain('width:25%');
  expect(html.match(/grid-cell partial/g)).toHaveLength(1);
  expect(html.match(/grid-cell running/g)).toHaveLength(1);
  expect(html).toContain('accuracy 75 % (95 %: 30–95 %, n = 4)');
});

test('keys come in by one cell, and the pinned one says so', () => {
  const html = grid();
  expect(html.match(/tabindex="0"/gi)).toHaveLength(1);
  expect(html.match(/aria-pressed="true"/g)).toHaveLength(1);
});

test('differences are shown where both accuracies are known', () => {
  expect(
    texts(
      grid([
        [0.5, null],
        [1, 1],
      ]),
    ),
  ).toEqual(['+25', '–', '', '!']);
});
