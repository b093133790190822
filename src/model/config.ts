/**
 * What a language model of the kinds that run here consists of: one description of all that varies between
 * families. It is made from a checkpoint's own `config.json` by the family's file in `families/`.
 */
export interface ModelConfig {
  /** As the file's `model_type` says. */
  family: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Longest position the model was made for, in tokens. */
  contextLength: number;
  norm: Norm;
  /** Whether what attention and MLP give is normalised once more before it is added. */
  postNorms: boolean;
  /** Whether queries and keys are normalised head by head before they are rotated. */
  queryKeyNorm: boolean;
  /** Whether the MLP reads what attention reads, and not what attention has added to. */
  parallelResidual: boolean;
  activation: Activation;
  /** Whether the activation multiplies a second projection, or stands alone. */
  gated: boolean;
  biases: { qkv: boolean; attentionOut: boolean; mlp: boolean };
  positions: Positions;
  /** Layers whose queries see the newest positions only; null: there are none. */
  local: LocalLayers | null;
  /** Products of queries and keys are multiplied by this. */
  scoreScale: number;
  /** Scores s become cap · tanh(s / cap); null: they stay. */
  scoreCap: number | null;
  /** The same for logits. */
  logitCap: number | null;
  /** Embeddings are multiplied by this. */
  embeddingScale: number;
  tiedEmbeddings: boolean;
  /** Id that begins every text, or null. */
  bosId: number | null;
  /** Ids that end generation. */
  eosIds: number[];
}

export interface Norm {
  /** x / rms(x) · weight, or (x − mean) / deviation · weight + bias. */
  kind: 'rms' | 'layer';
  eps: number;
  /** Added to the stored weight. */
  offset: 0 | 1;
}

/** x · sigmoid(x); x · Φ(x); the latter by its approximation with tanh. */
export type Activation = 'silu' | 'gelu' | 'gelu-tanh';

export type Positions =
  /** One vector a position, added to the embedding. */
  | { kind: 'learned' }
  /** The first `dims` dimensions of queries and keys are rotated, i with i + dims / 2. */
  | { kind: 'rotary'; dims: number; rotation: Rotation };

/** How fast positions turn pairs of dimensions: pair i by theta^(−2i / dims), rescaled. */
export interface Rotation {
  theta: number;
  scaling: RopeScaling | null;
}

/** Ways to stretch the angles to longer texts; `trained` is the length before, in tokens. */
export type RopeScaling =
  | { type: 'linear'; factor: number }
  | { type: 'dynamic'; factor: number; trained: number }
  | {
      type: 'yarn';
      factor: number;
      trained: number;
      /** Pairs that turn at least, and at most, so many times within the trained length. */
      fast: number;
      slow: number;
      /** Whether the bounds that follow from these are whole pairs. */
      whole: boolean;
      /** Multiplies cos and sin. */
      scale: number;
    }
  | { type: 'llama3'; factor: number; trained: number; lowFactor: number; highFactor: number }
  /** A divisor for every pair, [dims / 2]: `short` for texts up to the trained length. */
  | { type: 'longrope'; short: number[]; long: number[]; trained: number; scale: number };

export interface LocalLayers {
  /** Which of the layers are local. */
  layers: boolean[];
  /** A query sees so many positions in them, its own included. */
  window: number;
  /** Where they rotate otherwise than the rest. */
  rotation: Rotation | null;
}

/** Positions that a query of a layer sees, its own included; Infinity where nothing bounds them. */
export function layerWindow({ local }: Pick<ModelConfig, 'local'>, layer: number): number {
  return local?.layers[layer] ? local.window : Number.POSITIVE_INFINITY;
}
