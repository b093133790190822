import type { Preset } from './presets';
import type { ChosenEntries } from './schema';

/** Systems that choose on several axes at once; an axis that is not named is plain. */
export const COMPOSED: (Omit<Preset, 'choice' | 'family'> & {
  choice: Partial<ChosenEntries>;
})[] = [
  {
    id: 'lserve',
    title: 'LServe',
    summary:
      'Half of the KV heads stream (sinks and a window), while reading and while writing; the others choose pages by a two-level bound. Memory and reading shrink at once.',
    formula:
      'streaming heads: sinks ∪ window;  others: top pages by max over parts of Σ max(q·min, q·max)',
    paper: {
      title: 'LServe: Efficient Long-sequence LLM Serving with Unified Sparse Attention',
      authors: 'Yang, Guo, Tang, Hu, Xiao, Tang, Lin, Liu, Lu, Han',
      year: 2025,
      arxiv: '2502.14866',
    },
    choice: {
      cache: { id: 'duo', values: {} },
      decode: { id: 'lserve', values: {} },
    },
  },
  {
    id: 'minference-snapkv',
    title: 'MInference + SnapKV',
    summary:
      'The prompt is read by a sparse pattern for each head, and then the cache keeps what its last queries looked at. The first saves time while reading, the second memory while writing.',
    formula:
      'prefill: columns, diagonals or blocks by head;  cache: top-(B − w) by the last w queries ∪ window',
    paper: {
      title:
        'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
      authors: 'Jiang, Li, Zhang et al.',
      year: 2024,
      arxiv: '2407.02490',
    },
    choice: {
      prefill: { id: 'minference', values: {} },
      cache: { id: 'snapkv', values: {} },
    },
  },
];
