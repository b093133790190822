import type { HeadlessRun } from '../../../../src/app/headless-types';
import {
  beats,
  DENSE,
  type Direction,
  keeps,
  keepsWith,
  loses,
  mean,
  recallAboveRandom,
  SMALL_BUDGET,
} from './direction-kinds';
import { exactPercent, needles, type Outcome, percent } from './experiment';

export const DIRECTIONS: Direction[] = [
  {
    preset: 'dense',
    claim: 'Full attention finds the needle.',
    measure: async (experiment) => {
      const dense = await experiment.needles(DENSE);
      return { measured: needles(dense), reproduced: dense.accuracy >= 0.9 };
    },
  },
  ...(['window', 'streaming-llm'] as const).map(
    (preset): Direction => ({
      preset,
      claim: 'A needle that left the window cannot be recalled.',
      measure: async (experiment) => {
        const dense = await experiment.needles(DENSE);
        const outcome = await experiment.needles({ strategy: preset });
        return {
          measured: `${needles(outcome)} with ${percent(outcome.bytes)} of the bytes; dense ${needles(dense)}`,
          reproduced: loses(outcome, dense),
        };
      },
    }),
  ),
  ...(['h2o', 'a2sf'] as const).map(
    (preset): Direction => ({
      preset,
      claim: 'H2O favours early tokens, because more queries have seen them; A2SF does not.',
      measure: async (experiment) => {
        const early = async (strategy: string) => {
          const { runs } = await experiment.needles({ strategy }, { dump: ['kept'] });
          return mean(runs, earlyShare);
        };
        const h2o = await early('h2o');
        const a2sf = await early('a2sf');
        return {
          measured: `share of the kept entries outside the window that lie in the first quarter: H2O ${percent(h2o)}, A2SF ${percent(a2sf)}`,
          reproduced: h2o > a2sf + 0.05 && h2o > 0.25,
        };
      },
    }),
  ),
  {
    preset: 'tova',
    claim: 'The first token survives without being protected.',
    measure: async (experiment) => {
      const { runs } = await experiment.needles({ strategy: 'tova' }, { dump: ['kept'] });
      const survived = mean(runs, (run) => {
        const heads = run.dump.kept?.atEnd.flat() ?? [];
        return heads.filter((positions) => positions[0] === 0).length / heads.length;
      });
      return {
        measured: `the first token is still held by ${percent(survived)} of the KV heads at the end`,
        reproduced: survived > 0.9,
      };
    },
  },
  {
    preset: 'snapkv',
    claim:
      'At a budget of 15 % it keeps the needle when the question is in the prompt it scores, and loses it when it is not.',
    measure: async (experiment) => {
      const aware = await experiment.needles({
        strategy: 'snapkv',
        set: [...SMALL_BUDGET, 'cache.protocol=prompt'],
      });
      const agnostic = await experiment.needles({
        strategy: 'snapkv',
        set: [...SMALL_BUDGET, 'cache.protocol=context'],
      });
      const dense = await experiment.needles(DENSE);
      return {
        measured: `question seen ${needles(aware)}, not seen ${needles(agnostic)}; dense ${needles(dense)}`,
        reproduced: keeps(aware, dense) && loses(agnostic, dense),
      };
    },
  },
  beats(
    'pyramidkv',
    'At a small budget (15 %), giving lower layers more is better than the same for all.',
    { strategy: 'pyramidkv', set: SMALL_BUDGET },
    { strategy: 'snapkv', set: SMALL_BUDGET },
    ['PyramidKV', 'SnapKV'],
  ),
  {
    preset: 'ada-kv',
    claim:
      'The same total (15 %), shared among heads by their scores, keeps more of the weight that decoding needs than equal shares.',
    measure: async (experiment) => {
      const options = { recall: true };
      const ada = await experiment.needles({ strategy: 'ada-kv', set: SMALL_BUDGET }, options);
      const snap = await experiment.needles({ strategy: 'snapkv', set: SMALL_BUDGET }, options);
      const recall = ({ runs }: Outcome) => mean(runs, (run) => run.recall?.decodeMean ?? 0);
      return {
        measured: `mass recall of decode steps: Ada-KV ${exactPercent(recall(ada))} (${needles(ada)}), SnapKV ${exactPercent(recall(snap))} (${needles(snap)})`,
        // Half a point: less could be another prompt as well.
        reproduced: recall(ada) > recall(snap) + 0.005,
      };
    },
  },
  beats(
    'sirllm',
    'Facts that were stated once survive longer than under StreamingLLM at the same size.',
    { strategy: 'sirllm' },
    { strategy: 'streaming-llm' },
    ['SirLLM', 'StreamingLLM'],
  ),
  beats(
    'razor-attention',
    'Full caches for retrieval heads only keep the needle where uniform sinks + recent lose it.',
    { strategy: 'razor-attention' },
    { strategy: 'streaming-llm', set: ['cache.recent=256'] },
    ['RazorAttention', 'sinks + 256 recent'],
    3,
  ),
  beats(
    'duo-attention',
    'Head classes keep the needle where uniform sinks + recent lose it.',
    { strategy: 'duo-attention' },
    { strategy: 'streaming-llm', set: ['cache.recent=256'] },
    ['DuoAttention', 'sinks + 256 recent'],
    3,
  ),
  beats(
    'elastic-cache',
    'Merging what is dropped into its neighbours keeps more than dropping it (256 entries).',
    { strategy: 'elastic-cache', set: ['cache.budget=256'] },
    { strategy: 'h2o', set: ['cache.heavy=128', 'cache.recent=128'] },
    ['Elastic Cache', 'H2O'],
  ),
  ...(['kivi-int8', 'kivi-int4'] as const).map(
    (preset): Direction => ({
      preset,
      claim:
        preset === 'kivi-int8'
          ? '8 bits cannot be told from the full cache.'
          : '4 bits, keys per channel and values per token, cost almost nothing.',
      measure: async (experiment) => {
        const dense = await experiment.needles(DENSE);
        const outcome = await experiment.needles({ strategy: preset });
        const same = mean(outcome.runs, (run, i) =>
          String(run.generated) === String(dense.runs[i].generated) ? 1 : 0,
        );
        return {
          measured: `${needles(outcome)} with ${percent(outcome.bytes)} of the bytes; ${percent(same)} of the answers equal dense to the token`,
          reproduced: preset === 'kivi-int8' ? same === 1 : keeps(outcome, dense),
        };
      },
    }),
  ),
  beats(
    'tri-shape',
    'A dense tail of queries brings back the answers that A-shape loses (a band of 32 keys).',
    { strategy: 'tri-shape', set: ['prefill.local=32'] },
    { strategy: 'a-shape', set: ['prefill.local=32'] },
    ['tri-shape', 'A-shape'],
  ),
  {
    preset: 'minference',
    claim: 'A pattern for each head keeps more weight than A-shape at the same density.',
    measure: async (experiment) => {
      const options = { prompts: 2, recall: true };
      const mix = await experiment.needles({ strategy: 'minference' }, options);
      // A band that computes about as many pairs of 512 tokens.
      const setup = { strategy: 'a-shape', set: ['prefill.local=208'] };
      const aShape = await experiment.needles(setup, options);
      const recall = ({ runs }: Outcome) => mean(runs, (run) => run.recall?.promptMean ?? 0);
      const [own, other] = [recall(mix), recall(aShape)];
      return {
        measured: `mass recall ${percent(own)} at ${percent(mix.density)} density, A-shape ${percent(other)} at ${percent(aShape.density)}; ${needles(mix)}`,
        reproduced: own > other && mix.density <= aShape.density * 1.1,
      };
    },
  },
  recallAboveRandom('a-shape', 'Sinks and a local band hold more weight than random pairs.'),
  recallAboveRandom('vertical-slash', 'Few columns and diagonals hold most of the weight.'),
  recallAboveRandom('block-sparse', 'Mean-pooled blocks hold more weight than random ones.'),
  recallAboveRandom('flex-prefill', 'Sized by mass, the index holds most of the weight.'),
  recallAboveRandom('xattention', 'Block recall beats random blocks at equal density.'),
  recallAboveRandom('s2-attention', 'Strided shards hold more weight than random pairs.'),
  keepsWith(
    'blockrank',
    'Documents need not see each other for the question to find its answer (the model is not tuned for it).',
    'density',
  ),
  beats(
    'quest',
    'Pages chosen by their bounds find what a window of the same size loses.',
    { strategy: 'quest', set: ['decode.budget=128'] },
    { strategy: 'window', set: ['cache.recent=128'] },
    ['Quest', 'window'],
    3,
  ),
  beats(
    'lserve-pages',
    'Large pages judged by their parts find what large pages judged as one lose (pages of 64, 192 tokens read).',
    { strategy: 'lserve-pages', set: ['decode.page=64', 'decode.budget=192'] },
    { strategy: 'quest', set: ['decode.page=64', 'decode.budget=192'] },
    ['in parts', 'as one'],
  ),
  keepsWith(
    'minference-snapkv',
    'Reading by sparse patterns and then evicting keeps the needle.',
    'bytes',
  ),
  keepsWith('lserve', 'Streaming heads and page selection together keep the needle.', 'read'),
  keepsWith('token-select', 'A vote of the heads finds the tokens that matter.', 'read'),
  keepsWith('tidal-decode', 'Positions chosen in one layer serve the layers above.', 'read'),
  keepsWith('recycled-attention', 'The top tokens of a full step serve the next steps.', 'read'),
  keepsWith('long-heads', 'Each head finds its own chunks.', 'read'),
  keepsWith('squeezed-attention', 'Centroids tell which keys a query needs.', 'read'),
  {
    preset: 'temperature',
    claim: 'A softmax that is spread out finds less than a sharp one (τ = 2 against 0.8).',
    measure: async (experiment) => {
      const sharp = await experiment.needles({ strategy: 'temperature' });
      const flat = await experiment.needles({
        strategy: 'temperature',
        set: ['score.temperature=2'],
      });
      return {
        measured: `τ = 0.8: ${needles(sharp)}, τ = 2: ${needles(flat)}`,
        reproduced: flat.found < sharp.found,
      };
    },
  },
  {
    preset: 'head-ablation',
    claim:
      'Without its four best retrieval heads a model loses the needle; without four others it does not.',
    measure: async (experiment) => {
      const heads = await experiment.headsByInduction();
      const without = (names: string[]) =>
        experiment.needles({
          strategy: 'head-ablation',
          set: [`score.heads=${names.join(',')}`],
        });
      const best = await without(heads.slice(0, 4));
      const others = await without(heads.slice(-4));
      const dense = await experiment.needles(DENSE);
      return {
        measured: `without ${heads.slice(0, 4).join(', ')}: ${needles(best)}, without ${heads.slice(-4).join(', ')}: ${needles(others)}; dense ${needles(dense)}`,
        reproduced: loses(best, dense) && keeps(others, dense),
      };
    },
  },
  ...(
    [
      ['position-interpolation', 'Positions divided by two', []],
      ['dynamic-ntk', 'A larger base of the rotary angles', []],
      ['yarn', 'Stretching the slow pairs only', []],
      ['entropy-abf', 'Sharper queries', ['score.trained=4096']],
    ] as const
  ).map(
    ([preset, means, set]): Direction => ({
      preset,
      claim: `${means} finds more at twice the trained length (8,192 tokens, 3 prompts).`,
      measure: async (experiment) => {
        const options = { length: 8192, prompts: 3 };
        const plain = await experiment.needles(DENSE, options);
        const changed = await experiment.needles({ strategy: preset, set: [...set] }, options);
        return {
          measured: `${needles(changed)}, plain ${needles(plain)}`,
          reproduced: changed.found > plain.found,
        };
      },
    }),
  ),
  {
    preset: 'act',
    claim: 'Turning hidden sinks down does no harm and sometimes helps.',
    measure: async (experiment) => {
      const dense = await experiment.needles(DENSE);
      const outcome = await experiment.needles({ strategy: 'act' });
      return {
        measured: `${needles(outcome)}; dense ${needles(dense)}`,
        reproduced: outcome.found >= dense.found,
      };
    },
  },
  {
    preset: 'steering',
    claim: 'Mild steering towards the question keeps the needle, strong steering loses it.',
    measure: async (experiment) => {
      const mild = await experiment.needles({
        strategy: 'steering',
        set: ['score.alpha=0.9'],
      });
      const strong = await experiment.needles({
        strategy: 'steering',
        set: ['score.alpha=0.05'],
      });
      const dense = await experiment.needles(DENSE);
      return {
        measured: `α = 0.9: ${needles(mild)}, α = 0.05: ${needles(strong)}; dense ${needles(dense)}`,
        reproduced: keeps(mild, dense) && strong.found < mild.found,
      };
    },
  },
];

/** Of the entries that a run kept, without the newest 32: how many lie in the first quarter of the text. */
function earlyShare(run: HeadlessRun): number {
  const heads = run.dump.kept?.afterPrompt.flat() ?? [];
  const shares = heads.map((positions) => {
    const old = positions.filter((position) => position < run.promptTokens - 32);
    return (
      old.filter((position) => position < run.promptTokens / 4).length / Math.max(1, old.length)
    );
  });
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}
