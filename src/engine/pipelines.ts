import type { Constants, Kernel, Pipeline } from '../gpu/kernels';
import type { Activation, ModelConfig } from '../model/config';
import { KERNELS } from './kernels';
import type { Linear, MatrixPart } from './matrix';
import { compileForMany, compileForOne, type Product } from './product';
import { type ChunkTiles, sizesOf } from './sizes';
import type { ModelWeights } from './weights';

/** The pipelines that every run of a model needs; what depends on the strategy comes with the run. */
export interface Pipelines {
  /** One for each part of the table. */
  embed: { part: MatrixPart; pipeline: Pipeline }[];
  norm: Pipeline;
  /** Adds a normalised row; null where the model has no such norm. */
  postNorm: Pipeline | null;
  headNorm: Pipeline | null;
  activate: Pipeline;
  layers: LayerProducts[];
  output: Product;
  countPairs: Pipeline;
  merge: Pipeline;
  sample: Pipeline;
  capture: Pipeline;
  markEvicted: Pipeline;
}

/** The products of a layer, of many tokens and of one. */
export type LayerProducts = Record<'qkv' | 'attentionOut' | 'gateUp' | 'down', Products>;

interface Products {
  many: Product;
  one: Product;
}

/** As in `shaders/shared/activation.wgsl`. */
const ACTIVATIONS: Record<Activation, number> = { silu: 0, gelu: 1, 'gelu-tanh': 2 };

/** What kernels ask for by name: sizes, and what the model's formulas vary in. */
export function modelConstants(config: ModelConfig, tiles: ChunkTiles): Constants {
  const size = sizesOf(config);
  return {
    LAYERS: config.layers,
    HEAD_DIM: config.headDim,
    HEADS: config.heads,
    KV_HEADS: config.kvHeads,
    LANES: size.lanes,
    OUT_STRIDE: size.attention4 * 4,
    WIDTH: size.hidden,
    EPS: config.norm.eps,
    CENTRED: config.norm.kind === 'layer' ? 1 : 0,
    ACTIVATION: ACTIVATIONS[config.activation],
    GATED: config.gated ? 1 : 0,
    CAPPED: config.scoreCap === null ? 0 : 1,
    WINDOWED: config.local ? 1 : 0,
    VOCAB: config.vocabSize,
    ROW_GROUPS: tiles.rowGroups,
    BLOCK_KEYS: tiles.blockKeys,
  };
}

/**
 * Compiles what every run needs; what a strategy needs beside it is compiled when it is first used.
 * @param onCompiled called with the number of shaders done and of all, after each.
 */
export async function compileAll(
  compileKernel: (kernel: Kernel, constants?: Constants) => Promise<Pipeline>,
  config: ModelConfig,
  weights: ModelWeights,
  onCompiled: (done: number, total: number) => void,
): Promise<Pipelines> {
  const size = sizesOf(config);
  const asked = new Set<Promise<Pipeline>>();
  let done = 0;
  const compile = (kernel: keyof typeof KERNELS, constants: Constants = {}): Promise<Pipeline> => {
    const pipeline = compileKernel(KERNELS[kernel], constants);
    if (!asked.has(pipeline)) {
      asked.add(pipeline);
      // A failure reaches whoever waits for the pipeline.
      pipeline.then(
        () => onCompiled(++done, asked.size),
        () => {},
      );
    }
    return pipeline;
  };
  // Runs and probes look these up by themselves; here they are only compiled before the first run.
  const first = (['append', 'chunk', 'decode', 'keyMean'] as const).map((name) =>
    compile(name, { REINDEXED: 0 }),
  );
  first.push(compile('tile', { REINDEXED: 0, LEAVES_OUT: 0, MERGES: 0 }));
  const products = async (
    linear: Linear,
    many: { OUT_STRIDE: number; ADD?: number },
    one: Constants,
  ): Promise<Products> => {
    const [forMany, forOne] = await Promise.all([
      compileForMany(compile, linear, many),
      compileForOne(compile, linear, one),
    ]);
    return { many: forMany, one: forOne };
  };
  const hidden = size.hidden4 * 4;
  const normed = config.norm.kind === 'rms' ? 1 : 3;
  // What attention and MLP give is added at once, or normalised first.
  const ADD = config.postNorms ? 0 : 1;
  const layers = weights.layers.map(async (layer): Promise<LayerProducts> => {
    const [qkv, attentionOut, gateUp, down] = await Promise.all([
      products(layer.qkv, { OUT_STRIDE: size.qkv }, { INPUT: normed }),
      products(layer.attentionOut, { OUT_STRIDE: hidden, ADD }, { ADD }),
      products(layer.gateUp, { OUT_STRIDE: size.gateUp }, { INPUT: normed }),
      products(layer.down, { OUT_STRIDE: hidden, ADD }, { INPUT: 2, ADD }),
    ]);
    return { qkv, attentionOut, gateUp, down };
  });
  const { embedding, positions, output } = weights;
  const embed = embedding.parts.map(async (part) => ({
    part,
    pipeline: await compile(part.blocks ? 'blockEmbed' : 'embed', {
      ...part.blocks,
      IN4: size.hidden4,
      FROM: part.from,
      ROWS: part.rows,
      SCALE: config.embeddingScale,
      POSITIONS: positions ? 1 : 0,
    }),
  }));
  const WIDTH4 = size.hidden4;
  const CAP = config.logitCap ?? 0;
  const pipelines = await named({
    embed: Promise.all(embed),
    norm: compile('norm', { WIDTH4 }),
    postNorm: config.postNorms ? compile('norm', { WIDTH4, ADD: 1 }) : null,
    headNorm: config.queryKeyNorm ? compile('headNorm') : null,
    activate: compile('activate', { WIDTH4: size.intermediate4 }),
    layers: Promise.all(layers),
    output: compileForOne(compile, { matrix: output, bias: null }, { INPUT: normed, CAP }),
    countPairs: compile('countPairs'),
    merge: compile('merge'),
    sample: compile('sample', { THREADS: 256 }),
    capture: compile('capture'),
    markEvicted: compile('markEvicted'),
  });
  await Promise.all(first);
  return pipelines;
}

/** Waits for every value of an object. */
async function named<T extends Record<string, unknown>>(
  values: T,
): Promise<{ [Name in keyof T]: Awaited<T[Name]> }> {
  const entries = Object.entries(values).map(async ([name, value]) => [name, await value]);
  return Object.fromEntries(await Promise.all(entries));
}
