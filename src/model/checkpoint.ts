import { TroubleError } from '../trouble';
import { type ModelConfig, parseConfig } from './config';
import { brainToFloat, halfToFloat } from './half';
import { readHeader } from './safetensors';
import {
  type Download,
  fetchJson,
  fetchOptionalJson,
  startDownload,
  startRequiredDownload,
} from './source';
import { llamaShapes } from './tensors';
import { createTokenizer, type TextTokenizer } from './tokenizer';

const TENSOR_TYPES = ['F32', 'F16', 'BF16'] as const;

/** A weight as stored. `bytes` is a view of the file's memory and may start at any offset in it. */
export interface Tensor {
  name: string;
  dtype: (typeof TENSOR_TYPES)[number];
  shape: number[];
  bytes: Uint8Array;
}

/** A model in memory, checked to be complete. */
export interface Checkpoint {
  /** The folder it came from, ending in a slash. */
  url: string;
  /** The folder's own name. */
  name: string;
  config: ModelConfig;
  /** null where the folder has no tokenizer.json. */
  tokenizer: TextTokenizer | null;
  /** Exactly the tensors that `llamaShapes` lists. */
  tensors: Map<string, Tensor>;
  /** Size of the tensors as stored. */
  bytes: number;
  parameters: number;
}

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

/** @throws TroubleError `model-missing`, `model-damaged` or `model-unsupported`. */
export async function fetchConfig(url: string): Promise<ModelConfig> {
  return parseConfig(await fetchJson(asFolder(url), 'config.json'));
}

/**
 * Loads config, tokenizer and weights from a folder.
 * @param onProgress bytes so far and in all, over every file
 * @param onConfig called before any weight is fetched; it may throw to refuse the model
 * @throws TroubleError `model-missing`, `model-damaged`, `model-unsupported` or `out-of-memory`.
 */
export async function loadCheckpoint(
  url: string,
  onProgress: (done: number, total: number) => void,
  onConfig?: (config: ModelConfig) => void,
): Promise<Checkpoint> {
  const folder = asFolder(url);
  const config = await fetchConfig(folder);
  onConfig?.(config);

  const weights = await findWeights(folder);
  const tokenizerFiles = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map((file) => startDownload(folder, file)),
  );
  let done = 0;
  const total =
    weights.total + tokenizerFiles.reduce((sum, download) => sum + (download?.size ?? 0), 0);
  const count = (bytes: number) => {
    done += bytes;
    onProgress(done, Math.max(done, total));
  };
  const tokenizer = await readTokenizer(tokenizerFiles, count);

  const shapes = llamaShapes(config);
  const tensors = new Map<string, Tensor>();
  for (const start of weights.files) {
    const download = await start();
    const bytes = await download.read(count);
    for (const entry of readHeader(bytes, download.file)) {
      const shape = shapes.get(entry.name);
      if (!shape) continue;
      const where = `${download.file}: ${entry.name}`;
      if (String(entry.shape) !== String(shape)) {
        damaged(`${where}: expected shape [${shape}] by config.json, found [${entry.shape}].`);
      }
      const dtype = TENSOR_TYPES.find((type) => type === entry.dtype);
      if (!dtype) {
        throw new TroubleError(
          'model-unsupported',
          `${where}: the dtype must be ${TENSOR_TYPES.join(', ')}, found ${entry.dtype}.`,
          'Choose a checkpoint that is not quantised.',
        );
      }
      const view = bytes.subarray(entry.from, entry.to);
      tensors.set(entry.name, { name: entry.name, dtype, shape, bytes: view });
    }
  }
  for (const name of shapes.keys()) {
    if (!tensors.has(name))
      damaged(`${folder}: the tensor ${name} is in none of the weight files.`);
  }
  const all = [...tensors.values()];
  return {
    url: folder,
    name: decodeURIComponent(folder.split('/').at(-2) ?? folder),
    config,
    tokenizer,
    tensors,
    bytes: all.reduce((sum, tensor) => sum + tensor.bytes.length, 0),
    parameters: all.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  };
}

/** The values of a tensor, f32[…shape]. */
export function tensorValues({ dtype, bytes }: Tensor): Float32Array {
  const width = dtype === 'F32' ? 4 : 2;
  // Typed arrays need an aligned start, which the format does not promise.
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  return dtype === 'F16' ? halfToFloat(halves) : brainToFloat(halves);
}

interface WeightFiles {
  /** Bytes in all files, as far as announced. */
  total: number;
  files: (() => Promise<Download>)[];
}

/** One file, or the shards that an index lists. */
async function findWeights(folder: string): Promise<WeightFiles> {
  const single = await startDownload(folder, SINGLE_FILE);
  if (single) return { total: single.size, files: [async () => single] };
  const index = await fetchOptionalJson(folder, INDEX_FILE);
  if (index === null) {
    throw new TroubleError(
      'model-missing',
      `There is neither ${SINGLE_FILE} nor ${INDEX_FILE} in ${folder}.`,
      'Check the address: it must be a folder with config.json and safetensors files.',
    );
  }
  const { weight_map: map, metadata } = index as {
    weight_map?: unknown;
    metadata?: { total_size?: unknown };
  };
  const names = typeof map === 'object' && map !== null ? Object.values(map) : [];
  const files = [...new Set(names)].filter((name) => typeof name === 'string');
  if (files.length === 0)
    damaged(`${INDEX_FILE}: expected a weight_map with file names, found none.`);
  // Shards are asked for one after the other: a browser opens only a few connections to one server, and
  // asking for all sizes first would leave the later ones waiting for the earlier ones to be read.
  return {
    total: Number(metadata?.total_size ?? 0),
    files: files.map((file) => () => startRequiredDownload(folder, file)),
  };
}

async function readTokenizer(
  [json, config]: (Download | null)[],
  count: (bytes: number) => void,
): Promise<TextTokenizer | null> {
  if (!json) return null;
  const parse = async (download: Download): Promise<unknown> => {
    const text = new TextDecoder().decode(await download.read(count));
    try {
      return JSON.parse(text);
    } catch {
      return damaged(
        `${download.file}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}.`,
      );
    }
  };
  return createTokenizer(await parse(json), config ? await parse(config) : null);
}

function asFolder(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function damaged(what: string): never {
  throw new TroubleError('model-damaged', what, 'Fetch the model again, or choose another one.');
}
