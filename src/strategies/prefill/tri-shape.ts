import type { PrefillPattern } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { allPairs, cappedPairs } from './pair-bounds';
import { LOCAL, SINKS } from './parameters';
import { EVERY_KEY, rowsPattern } from './row-ranges';

export const triShape: Entry<PrefillPattern, PrefillCost> = {
  id: 'tri-shape',
  title: 'Tri-shape',
  summary:
    'A-shape for most of the prompt, but its last tokens are compared with everything. So the question, if it stands at the end, still sees the whole text, at the price of a few dense rows.',
  formula: 'pairs = {(i, j): j ≤ i and (j < s or i − j < w or i ≥ n − t)}',
  tryThis:
    'Compare with the A-shape of the same window: as soon as the dense rows hold the question, it sees the needle itself and not only what others pass on.',
  paper: {
    title: 'SCBench: A KV Cache-Centric Analysis of Long-Context Methods',
    authors: 'Li, Jiang, Wu et al.',
    year: 2024,
    arxiv: '2412.10319',
  },
  traits: ['plans'],
  presets: [{ id: 'tri-shape', title: 'Tri-shape', family: 'Sparse prefill' }],
  parameters: [
    SINKS,
    LOCAL,
    {
      kind: 'integer',
      name: 'tail',
      title: 'Dense rows',
      unit: 'tokens',
      min: 0,
      max: 131072,
      step: 1,
      default: 64,
      meaning: 'How many tokens at the prompt’s end are compared with every earlier token.',
    },
  ],
  cost: (length, values) => {
    const most = numberValue(values, 'sinks') + numberValue(values, 'local');
    const sparse = Math.max(0, length - numberValue(values, 'tail'));
    return { attendedPairs: cappedPairs(sparse, most) + allPairs(length) - allPairs(sparse) };
  },
  build: (values) => {
    const sinks = numberValue(values, 'sinks');
    const local = numberValue(values, 'local');
    const tail = numberValue(values, 'tail');
    return rowsPattern((query, { length }) =>
      query >= length - tail ? EVERY_KEY : { below: sinks, from: query + 1 - local },
    );
  },
};
