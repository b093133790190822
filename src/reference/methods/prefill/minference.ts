import type { MethodShape, PrefillMethod } from '../method';
import { inAShape } from './a-shape';
import { blockSparseOfHead } from './block-sparse';
import { type HeadMethod, perHead } from './per-head';
import { type VerticalSlashEstimate, verticalSlashOfHead } from './vertical-slash';

export interface HeadPattern {
  family: 'a-shape' | 'vertical-slash' | 'block-sparse';
  /** A-shape: sinks. Vertical-slash: columns. Block-sparse: blocks in a row. */
  a: number;
  /** A-shape: local tokens. Vertical-slash: diagonals. Block-sparse: not used. */
  b: number;
}

export interface MInferenceValues extends VerticalSlashEstimate {
  /** patterns[layer][head]. */
  patterns: HeadPattern[][];
  /** Tokens in a block, in block-sparse heads. */
  block: number;
}

/** MInference (arXiv 2407.02490): the pattern family of each head was chosen by calibration. */
export function minference(values: MInferenceValues, shape: MethodShape): PrefillMethod {
  return perHead(shape, (view, head) =>
    methodOf(values.patterns[view.layer][head], values, shape)(view, head),
  );
}

function methodOf(
  { family, a, b }: HeadPattern,
  values: MInferenceValues,
  shape: MethodShape,
): HeadMethod {
  switch (family) {
    case 'a-shape':
      return ({ start }) =>
        (row, position) =>
          inAShape({ sinks: a, local: b }, start + row, position);
    case 'vertical-slash':
      return verticalSlashOfHead({ ...values, vertical: a, slash: b }, shape);
    case 'block-sparse':
      return blockSparseOfHead({ block: values.block, blocks: a }, shape);
  }
}
