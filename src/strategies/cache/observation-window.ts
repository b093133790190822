/** What SnapKV and its descendants share: the last queries that are read score the entries before them. */
import type { Bench } from '../../engine/bench';
import type { RankingRule } from '../../engine/primitives/ranking';
import { WeightSums } from '../../engine/primitives/weight-sums';
import { type CacheWork, compressionPoint } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { numberValue, type Parameter, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import { PROTOCOL, type Protocol, protocolOf } from './parameters';

export const OBSERVATION_PARAMETERS: Parameter[] = [
  tokenCount(
    'window',
    'Observation window',
    16,
    'How many of the last queries that are read choose; their own entries always stay.',
  ),
  {
    kind: 'integer',
    name: 'kernel',
    title: 'Pooling width',
    unit: 'entries',
    min: 1,
    max: 63,
    step: 2,
    default: 5,
    meaning: 'Larger keeps more of what surrounds an important entry; odd, 1 does not pool.',
  },
  {
    kind: 'choice',
    name: 'pooling',
    title: 'Pooling',
    unit: '',
    options: [
      { value: 'average', title: 'mean' },
      { value: 'max', title: 'maximum' },
    ],
    default: 'average',
    meaning: 'How neighbouring scores become one; zeros before and after count in a mean.',
  },
  PROTOCOL,
];

export interface Observation {
  /** Entries that a head keeps on average, the window included. */
  budget: number;
  window: number;
  compressAfter: Protocol;
  /** How the entries are ranked; budgets are up to the policy. */
  ranking: Omit<RankingRule, 'budgets'>;
}

/** @throws TroubleError `bad-input` where the window does not fit the budget, or the kernel is even. */
export function observationOf(owner: string, values: ParameterValues): Observation {
  const budget = numberValue(values, 'budget');
  const window = numberValue(values, 'window');
  const kernel = numberValue(values, 'kernel');
  if (window > budget) {
    throw new TroubleError(
      'bad-input',
      `${owner} cannot keep a window of ${window} entries in a budget of ${budget}.`,
      'Make the budget larger or the window smaller.',
    );
  }
  if (kernel % 2 === 0) {
    throw new TroubleError(
      'bad-input',
      `${owner}: kernel must be odd, found ${kernel}.`,
      `Use ${kernel - 1} or ${kernel + 1}.`,
    );
  }
  const pooling = values.pooling === 'max' ? 'max' : 'average';
  return {
    budget,
    window,
    compressAfter: protocolOf(values),
    ranking: { sinks: 0, recent: window, kernel, pooling },
  };
}

/** Sums the weights of the window's queries; it may lie in several chunks. */
export async function watchWindow(
  bench: Bench,
  window: number,
): Promise<Required<Pick<CacheWork, 'observe'>>> {
  const sums = await WeightSums.create(bench, { reduce: 'mean', decay: 1 });
  const end = compressionPoint(bench.strategy.cache, bench.parts);
  return {
    observe(recorder, layer) {
      const { position, tokens } = recorder;
      const first = Math.max(position, end - window);
      if (first < Math.min(end, position + tokens)) {
        sums.record(recorder, layer, first - position, tokens);
      }
    },
  };
}
