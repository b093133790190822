import keepCode from '../../../shaders/cache/keep-surprisal.wgsl?raw';
import newestCode from '../../../shaders/select/newest-beside.wgsl?raw';
import forced from '../../../shaders/shared/forced.wgsl?raw';
import type { Bench } from '../../engine/bench';
import { kernel, SHARED } from '../../engine/kernels';
import { Compaction } from '../../engine/primitives/compaction';
import { DropLog } from '../../engine/primitives/drop-log';
import { Ranking } from '../../engine/primitives/ranking';
import {
  MEASURE,
  SELECT_BITS,
  SELECT_LIST,
  SELECTOR_THREADS,
} from '../../engine/primitives/selectors';
import { type CachePolicy, type CacheWork, NO_WINDOW } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { tokenCount } from '../token-count';
import type { CacheCost } from './keep-all';

const KEEP = kernel('cache/keep-surprisal', keepCode, SHARED.frame, SHARED.pages);
const NEWEST = kernel('select/newest-beside', newestCode, SHARED.frame, SHARED.pages, forced);

/** The text is cut into rounds of equal length, where the paper has the turns of a dialogue. */
export const sirLlm: Entry<CachePolicy, CacheCost> = {
  id: 'sirllm',
  title: 'SirLLM (surprisal)',
  summary:
    'Tokens that the model did not expect stay, beside sinks and the newest, and what they are worth fades round by round; a round is a fixed number of tokens, and positions count inside the cache. Names and numbers are said once and hard to guess, so they outlive the words around them.',
  formula:
    'eᵢ = −ln p(xᵢ | x_<i);  per round of r tokens: kept = sinks ∪ top-(E − r) by e ∪ newest,  e ← η · e',
  leaving:
    'A new round needed room; the entry is no sink, surprised the model less than others did, and was not among the newest.',
  scoreMeaning: 'surprisal −ln p of the token in nats, times η for each round since',
  tryThis:
    'Compare with StreamingLLM at the same size: look in the cache panel for the digits of the needle among what stays.',
  paper: {
    title: 'SirLLM: Streaming Infinite Retentive LLM',
    authors: 'Yao, Li, Zhao',
    year: 2024,
    arxiv: '2405.12528',
  },
  traits: ['evicts-while-reading', 'evicts-each-token', 'reindexes'],
  presets: [{ id: 'sirllm', title: 'SirLLM', family: 'Cache eviction' }],
  parameters: [
    tokenCount('sinks', 'Sinks', 4, 'How many tokens at the very start always stay.', 0),
    tokenCount(
      'entropy',
      'Surprising entries',
      108,
      'How much room there is for the most surprising tokens, that of the round included.',
    ),
    tokenCount('recent', 'Recent entries', 16, 'How much more room the newest tokens have.', 0),
    {
      kind: 'number',
      name: 'decay',
      title: 'Decay η',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.95,
      meaning: 'Larger remembers surprises for more rounds; 1 never forgets.',
    },
    {
      kind: 'integer',
      name: 'round',
      title: 'Round',
      unit: 'tokens',
      min: 1,
      max: 512,
      step: 1,
      default: 32,
      meaning: 'Larger evicts less often, but more at once; the prompt is read in such pieces.',
    },
  ],
  cost: (length, values) => ({ slotsHeld: Math.min(length, capacityOf(values)) }),
  build(values) {
    const round = numberValue(values, 'round');
    const room = capacityOf(values) - numberValue(values, 'sinks');
    if (round > room) {
      throw new TroubleError(
        'bad-input',
        `SirLLM cannot take a round of ${round} tokens into ${room} entries beside the sinks.`,
        'Make the round shorter or the room larger.',
      );
    }
    return {
      positions: 'reindexed',
      windowOf: () => NO_WINDOW,
      round,
      most: capacityOf(values),
      prepare: (bench) => prepare(bench, values),
    };
  },
};

function capacityOf(values: ParameterValues): number {
  return (
    numberValue(values, 'sinks') + numberValue(values, 'entropy') + numberValue(values, 'recent')
  );
}

async function prepare(bench: Bench, values: ParameterValues): Promise<CacheWork> {
  const { heads } = bench.cache;
  const sinks = numberValue(values, 'sinks');
  const round = numberValue(values, 'round');
  const capacity = capacityOf(values);
  const kept = capacity - round;
  const surprising = Math.max(0, numberValue(values, 'entropy') - round);
  const [{ surprisals }, ranking, compaction] = await Promise.all([
    bench.surprisal('selection'),
    Ranking.create(bench, {
      budgets: new Uint32Array(heads).fill(sinks + surprising),
      sinks,
      recent: 0,
    }),
    Compaction.create(bench, { stride: bench.capacity, scores: true }),
  ]);
  const { values: ranked, sizes, stride } = ranking;
  const rows = { VALUE_STRIDE: stride, BITS_STRIDE: Math.ceil(stride / 32) };
  const selector = { ...rows, THREADS: SELECTOR_THREADS, MEASURE: MEASURE.count };
  const [keep, bits, newest, list, log] = await Promise.all([
    bench.kernel(KEEP, { ROUND: round, DECAY: numberValue(values, 'decay') }),
    bench.kernel(SELECT_BITS, { ...selector, BITS_START: 0 }),
    bench.kernel(NEWEST, rows),
    bench.kernel(SELECT_LIST, { ...selector, LIST_STRIDE: compaction.stride }),
    DropLog.create(bench, compaction, { values: ranked, stride, alone: false }),
  ]);
  // A log reads the ranking after the choice.
  const filled = bench.inspection ? bench.storage('filled rows', heads * stride * 4) : ranked;
  const chosen = bench.storage('surprising slots', heads * rows.BITS_STRIDE * 4);
  const keepStep = bench.step(keep, { surprisals, scores: bench.slotScores() });
  const bitsStep = bench.step(bits, { values: ranked, sizes, bits: chosen });
  const fill = bench.uniform(NEWEST, 'Fill', { kept });
  const newestStep = bench.step(newest, { fill, chosen, values: filled, sizes });
  const listStep = bench.step(list, { values: filled, sizes, lists: compaction.lists });
  const slotGroups = (tokens: number) => Math.ceil((bench.cache.slots + tokens) / 64);
  return {
    observeOutput(recorder) {
      recorder.stage('selection');
      recorder.run(keepStep, slotGroups(recorder.tokens), heads);
      recorder.stage('model');
    },
    needsRoom: (held, start) => start % round === 0 && held[0] > kept,
    makeRoom(recorder) {
      ranking.record(recorder);
      recorder.run(bitsStep, heads);
      recorder.run(newestStep, slotGroups(0), heads);
      recorder.run(listStep, heads);
      log.record(recorder);
      compaction.record(recorder);
    },
    slotsLeft: (held) => held.map((slots) => Math.min(slots, kept)),
  };
}
