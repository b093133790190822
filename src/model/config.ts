/** What the engine needs to know of a Llama-family model; names follow the checkpoint's `config.json`. */
export interface ModelConfig {
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Longest position the model was made for, in tokens. */
  contextLength: number;
  rmsNormEps: number;
  ropeTheta: number;
  tiedEmbeddings: boolean;
  /** Id that begins every text, or null. */
  bosId: number | null;
  /** Ids that end generation. */
  eosIds: number[];
}
