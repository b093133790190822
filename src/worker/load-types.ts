/** What is said about models: which to load, what they would take, what they are. */
import type { ModelSource } from '../model/source';
import type { Calibration } from '../strategies/calibration';
import type { Trouble } from '../trouble';

export interface AdapterInfo {
  /** For people: "SwiftShader driver", "NVIDIA ampere", … */
  name: string;
  vendor: string;
  architecture: string;
  features: string[];
  maxBufferBytes: number;
}

export interface ModelInfo {
  /** What `?model=` takes to load it again; null for files of the user's own machine. */
  address: string | null;
  name: string;
  /** Tells models apart by what is in them, wherever they came from. */
  fingerprint: string;
  parameters: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabSize: number;
  /** Longest position the model knows, in tokens. */
  contextLength: number;
  /** Storage of the cache and of plain weights on the GPU. */
  precision: 'f32' | 'f16';
  /** What the matrices consist of on the GPU, the most of it first, as in "Q4_K, Q6_K". */
  weightTypes: string;
  weightBytes: number;
  /** False where the folder had no tokenizer files: then only token ids can be run. */
  hasTokenizer: boolean;
  hasChatTemplate: boolean;
  /** What came with the model: calibration.json of its folder, or null. */
  calibration: Calibration | null;
  adapter: AdapterInfo;
}

/**
 * What matrices of floats become on the GPU; blocks of a file stay what they are. 'auto' takes f16 where the
 * adapter has it; 'int8' and 'int4' are rounded in groups of 32, with f16 beside them where the adapter has it.
 */
export const PRECISIONS = ['auto', 'f32', 'f16', 'int8', 'int4'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface LoadRequest {
  source: ModelSource;
  precision: Precision;
  /** Keep what is fetched in the browser's own file system. */
  keep?: boolean;
  /** Address of the hub; huggingface.co where absent. */
  hub?: string;
  /** For gated models of the hub. It is kept in memory and sent to the hub only. */
  token?: string;
}

/** What a model and a run of it would take, before anything is fetched or allocated. Sizes in bytes. */
export interface MemoryPlan
  extends Pick<
    ModelInfo,
    'name' | 'parameters' | 'layers' | 'heads' | 'kvHeads' | 'contextLength' | 'hasTokenizer'
  > {
  /** Of the weights as stored. */
  storedBytes: number;
  /** Tokens of the run that is planned. */
  length: number;
  /** Tokens whose buffers the adapter certainly allows. */
  shorterLength: number;
  /** The largest buffer that the adapter allows. */
  mostBufferBytes: number;
  /** Memory of the whole device; null where the browser does not tell, or tells only that there is much. */
  deviceBytes: number | null;
  precisions: PlannedPrecision[];
  /** What 'auto' takes. */
  preferred: PlannedPrecision['precision'];
}

export interface PlannedPrecision {
  precision: Exclude<Precision, 'auto'>;
  weightBytes: number;
  /** The cache of a run that keeps everything, and of one that keeps a window. */
  kvBytes: number;
  boundedKvBytes: number;
  /** Buffers between kernels, and copies for exact maps. */
  workBytes: number;
  /** Why it does not fit; null: as far as the browser tells, it does. */
  problem: Trouble | null;
}

/** How far a load is. */
export interface LoadEvent {
  type: 'load';
  /** Bytes of a file from the network to this browser; stored bytes from wherever they are to the GPU; shaders. */
  phase: 'download' | 'read' | 'compile';
  done: number;
  total: number;
  /** What is fetched. */
  file?: string;
}
