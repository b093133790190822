import type { PrefillPattern } from '../../engine/strategy';
import { type Entry, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { cappedPairs } from './pair-bounds';
import { LOCAL, SINKS } from './parameters';
import { rowsPattern } from './row-ranges';

export const aShape: Entry<PrefillPattern, PrefillCost> = {
  id: 'a-shape',
  title: 'A-shape',
  summary:
    'Every query is compared with the first tokens of the text and with the newest ones, and with nothing between. Work grows with the length instead of its square, but whatever stands in the middle is only seen through other tokens.',
  formula: 'pairs = {(i, j): j ≤ i and (j < s or i − j < w)}',
  tryThis:
    'Put the needle in the middle of a longer text and ask for it: only tokens near it have seen it, and the answer hangs on what they pass on. Then halve the window.',
  paper: {
    title:
      'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
    authors: 'Jiang, Li, Zhang et al.',
    year: 2024,
    arxiv: '2407.02490',
  },
  traits: ['plans'],
  presets: [{ id: 'a-shape', title: 'A-shape', family: 'Sparse prefill' }],
  parameters: [SINKS, LOCAL],
  cost: (length, values) => ({
    attendedPairs: cappedPairs(length, numberValue(values, 'sinks') + numberValue(values, 'local')),
  }),
  build: (values) => {
    const sinks = numberValue(values, 'sinks');
    const local = numberValue(values, 'local');
    return rowsPattern((query) => ({ below: sinks, from: query + 1 - local }));
  },
};
