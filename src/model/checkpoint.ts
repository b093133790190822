import { TroubleError } from '../trouble';
import { findChatTemplate } from './chat-template';
import type { ModelConfig } from './config';
import { canonicalName, parseConfig, rolesOf } from './families/registry';
import {
  checkedPath,
  damagedFile,
  type ModelFile,
  type ModelFiles,
  openRequired,
  readOptionalJson,
  readRequiredJson,
} from './files';
import { type ModelRoles, tensorShapes } from './roles';
import { readHeader, type TensorEntry } from './safetensors';
import { type StoredTensor, valuesOf } from './tensor';
import { createTokenizer, type TextTokenizer } from './tokenizer';

const FLOATS = ['F32', 'F16', 'BF16'] as const;

/** A model checked to be complete; its weights are still where they are stored. */
export interface Checkpoint {
  /** Where it came from. */
  url: string;
  /** What people call it. */
  name: string;
  config: ModelConfig;
  /** null where there is no tokenizer.json. */
  tokenizer: TextTokenizer | null;
  /** How a chat is written down, as a program in Jinja; null where the model has none. */
  chatTemplate: string | null;
  /** What each tensor is for. */
  roles: ModelRoles;
  /** Exactly the tensors that the roles ask for, by the names that the roles give them. */
  tensors: Map<string, StoredTensor>;
  /** Size of the tensors as stored. */
  bytes: number;
  parameters: number;
}

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

/** @throws TroubleError `model-missing`, `model-damaged` or `model-unsupported`. */
export async function readConfig(files: ModelFiles): Promise<ModelConfig> {
  return parseConfig(await readRequiredJson(files, 'config.json'));
}

/**
 * Reads config, tokenizer and the headers of the weights; of the weights themselves, nothing.
 * @param onConfig called before anything else is read; it may throw to refuse the model
 * @throws TroubleError `model-missing`, `model-damaged` or `model-unsupported`.
 */
export async function openCheckpoint(
  files: ModelFiles,
  onConfig?: (config: ModelConfig) => void,
): Promise<Checkpoint> {
  const config = await readConfig(files);
  onConfig?.(config);
  const roles = rolesOf(config);
  const tensors = await findTensors(files, config, tensorShapes(roles));
  const all = [...tensors.values()];
  const { tokenizer, chatTemplate } = await readTokenizer(files);
  return {
    url: files.address,
    name: files.name,
    config: tokenizer ? { ...config, bosId: tokenizer.bosId } : config,
    roles,
    tokenizer,
    chatTemplate,
    tensors,
    bytes: all.reduce((sum, tensor) => sum + tensor.bytes, 0),
    parameters: all.reduce((sum, tensor) => sum + valuesOf(tensor), 0),
  };
}

/** Exactly the tensors of these names and shapes, out of all weight files. */
async function findTensors(
  files: ModelFiles,
  config: ModelConfig,
  shapes: Map<string, number[]>,
): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for await (const file of weightFiles(files)) {
    for (const entry of await readHeader(file)) {
      const name = canonicalName(config, entry.name);
      const shape = shapes.get(name);
      if (shape) tensors.set(name, storedTensor(file, entry, shape));
    }
  }
  for (const name of shapes.keys()) {
    if (!tensors.has(name)) {
      damaged(`${files.address}: the tensor ${name} is in none of the weight files.`);
    }
  }
  return tensors;
}

function storedTensor(file: ModelFile, entry: TensorEntry, shape: number[]): StoredTensor {
  const { name, from, to } = entry;
  const where = `${file.path}: ${name}`;
  if (String(entry.shape) !== String(shape)) {
    damaged(`${where}: expected shape [${shape}] by config.json, found [${entry.shape}].`);
  }
  const type = FLOATS.find((known) => known === entry.dtype);
  if (!type) {
    throw new TroubleError(
      'model-unsupported',
      `${where}: the dtype must be ${FLOATS.join(', ')}, found ${entry.dtype}.`,
      'Choose a checkpoint that is not quantised.',
    );
  }
  return { name, type, shape, bytes: to - from, read: () => file.read(from, to) };
}

/** One file, or the shards that an index lists, one after the other. */
async function* weightFiles(files: ModelFiles): AsyncGenerator<ModelFile> {
  const single = await files.open(SINGLE_FILE);
  if (single) {
    yield single;
    return;
  }
  const index = await readOptionalJson(files, INDEX_FILE);
  const named = index === null ? await onlyWeights(files) : null;
  if (named) {
    yield named;
    return;
  }
  if (index === null) {
    throw new TroubleError(
      'model-missing',
      `There is neither ${SINGLE_FILE} nor ${INDEX_FILE} in ${files.address}.`,
      'Check the address: it must be a folder with config.json and safetensors files.',
    );
  }
  const { weight_map: map } = index as { weight_map?: unknown };
  const names = typeof map === 'object' && map !== null ? Object.values(map) : [];
  if (names.length === 0) damagedFile(INDEX_FILE, 'a weight_map with file names', 'none');
  for (const name of new Set(names)) {
    yield await openRequired(files, checkedPath(name, `${INDEX_FILE}: weight_map`));
  }
}

/** A single file of another name. */
async function onlyWeights(files: ModelFiles): Promise<ModelFile | null> {
  const paths = (await files.list())?.filter((path) => /^[^/]+\.safetensors$/i.test(path));
  return paths?.length === 1 ? await openRequired(files, paths[0]) : null;
}

async function readTokenizer(
  files: ModelFiles,
): Promise<Pick<Checkpoint, 'tokenizer' | 'chatTemplate'>> {
  const json = await readOptionalJson(files, 'tokenizer.json');
  if (json === null) return { tokenizer: null, chatTemplate: null };
  const config = await readOptionalJson(files, 'tokenizer_config.json');
  return {
    tokenizer: createTokenizer(json, config),
    chatTemplate: await findChatTemplate(files, config),
  };
}

function damaged(what: string): never {
  throw new TroubleError('model-damaged', what, 'Fetch the model again, or choose another one.');
}
