import { expect, test } from 'vitest';
import { trainingCurvesIn } from './training-curves';

const curves = () => ({
  tokens: 24e6,
  released: 8e5 as number | null,
  panels: [
    {
      title: 'Window',
      unit: 'ratio',
      axis: 'log',
      curves: [
        {
          name: 'no sink',
          points: [
            [1e6, 2],
            [2e6, 4],
          ],
        },
      ],
    },
  ],
});

test('curves are read as they were written', () => {
  expect(trainingCurvesIn(curves())).toEqual(curves());
  expect(trainingCurvesIn({ ...curves(), released: null, more: 1 })).toEqual({
    ...curves(),
    released: null,
  });
});

type Change = (json: ReturnType<typeof curves>) => unknown;
test.each<[string, Change]>([
  ['no object', () => null],
  ['a list', () => [curves()]],
  ['no tokens', (json) => ({ ...json, tokens: undefined })],
  ['a release that is no number', (json) => ({ ...json, released: '8e5' })],
  ['no panel', (json) => ({ ...json, panels: [] })],
  ['too many panels', (json) => ({ ...json, panels: Array(21).fill(json.panels[0]) })],
  ['an unknown axis', (json) => ({ ...json, panels: [{ ...json.panels[0], axis: 'sqrt' }] })],
  ['no curves', (json) => ({ ...json, panels: [{ ...json.panels[0], curves: 3 }] })],
  [
    'a zero on a log axis',
    (json) => {
      json.panels[0].curves[0].points[1][1] = 0;
      return json;
    },
  ],
  [
    'a point of three numbers',
    (json) => {
      json.panels[0].curves[0].points[1].push(1);
      return json;
    },
  ],
])('%s is no training.json', (_, change) => {
  expect(trainingCurvesIn(change(curves()))).toBeNull();
});
