import {
  blockSizes,
  type ChunkWork,
  type LineBudgets,
  planLines,
  planMaker,
  planPooledBlocks,
} from '../../engine/primitives/plan-work';
import type { PlanPart, PrefillPattern } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import type { HeadPattern } from '../calibration';
import { type Entry, numberValue } from '../schema';
import type { PrefillCost } from './dense';
import { allPairs } from './pair-bounds';
import { blockParameter, FORCED_COLUMNS, FORCED_DIAGONALS, LAST_QUERIES } from './parameters';

export const minference: Entry<PrefillPattern, PrefillCost> = {
  id: 'minference',
  title: 'MInference',
  summary:
    'Calibration gives each head the family that fits it, A-shape, vertical-slash or block-sparse, with its own sizes; where the columns, diagonals and blocks lie is estimated from the prompt. Longer prompts are read in chunks of 512 tokens, and the last queries of each chunk choose its columns and diagonals.',
  formula:
    'A-shape: j < a or i − j < b;  vertical-slash: top_a columns or top_b diagonals of the last queries’ weights;  block-sparse: top_a of mean(Q) · mean(K)',
  tryThis:
    'Calibrate, then compare with vertical-slash in all heads: the density of each head shows which family it got.',
  paper: {
    title:
      'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
    authors: 'Jiang, Li, Zhang et al.',
    year: 2024,
    arxiv: '2407.02490',
  },
  causality: 'chunk',
  traits: ['plans'],
  calibration: 'prefill-patterns',
  presets: [{ id: 'minference', title: 'MInference', family: 'Sparse prefill' }],
  parameters: [LAST_QUERIES, FORCED_COLUMNS, FORCED_DIAGONALS, blockParameter(32)],
  // The sizes are the calibration's: at most everything is computed.
  cost: (length) => ({ attendedPairs: allPairs(length) }),
  build: (values, _model, calibration) => {
    const patterns = calibration?.prefillPatterns;
    if (!patterns) throw new Error('MInference is built without its calibration.');
    checkPatterns(patterns);
    const [queries, block] = [numberValue(values, 'queries'), numberValue(values, 'block')];
    const [sinks, local] = [numberValue(values, 'sinks'), numberValue(values, 'local')];
    const lines = patterns.map((layer) => layer.map((head) => linesOf(head, sinks, local)));
    const blocks = patterns.map((layer) => layer.map(blocksOf));
    const parts = partsOf(patterns);
    return {
      parts,
      prepare: async (bench) => {
        const work: Promise<ChunkWork>[] = [];
        if (parts.includes('columns')) work.push(planLines(bench, queries, lines));
        if (parts.includes('blocks')) {
          work.push(planPooledBlocks(bench, blockSizes(bench, block), blocks));
        }
        return planMaker(...(await Promise.all(work)));
      },
    };
  },
};

/** @throws TroubleError `bad-input` for sizes that would leave queries without a key. */
function checkPatterns(patterns: HeadPattern[][]): void {
  patterns.forEach((heads, layer) => {
    heads.forEach(({ family, a, b }, head) => {
      const size = family === 'a-shape' ? b : family === 'block-sparse' ? a : 1;
      if (size < 1) {
        throw new TroubleError(
          'bad-input',
          `MInference: the ${family} pattern of head ${layer}.${head} is so small that queries would see nothing.`,
          'Calibrate the model again, or import another calibration.',
        );
      }
    });
  });
}

/** The parts of a plan that some head needs. */
function partsOf(patterns: HeadPattern[][]): PlanPart[] {
  const families = new Set(patterns.flat().map(({ family }) => family));
  const lines = families.has('a-shape') || families.has('vertical-slash');
  const parts: PlanPart[] = lines ? ['columns', 'diagonals'] : [];
  return families.has('block-sparse') ? [...parts, 'blocks'] : parts;
}

/** An A-shape is made of its first columns and nearest diagonals. */
function linesOf({ family, a, b }: HeadPattern, sinks: number, local: number): LineBudgets {
  switch (family) {
    case 'a-shape':
      return { columns: { forced: a, count: a }, diagonals: { forced: b, count: b } };
    case 'vertical-slash':
      return {
        columns: { forced: sinks, count: Math.max(sinks, a) },
        diagonals: { forced: local, count: Math.max(local, b) },
      };
    case 'block-sparse':
      return { columns: { forced: 0, count: 0 }, diagonals: { forced: 0, count: 0 } };
  }
}

function blocksOf({ family, a }: HeadPattern): number {
  return family === 'block-sparse' ? a : 0;
}
