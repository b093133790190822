import { TroubleError } from '../../trouble';
import { BLOCKS, isFloat } from '../blocks';
import type { Checkpoint } from '../checkpoint';
import type { ModelConfig } from '../config';
import { parseConfig, rolesOf } from '../families/registry';
import { damagedFile, type ModelFile, type ModelFiles, openRequired } from '../files';
import { type ModelRoles, mapSources, tensorShapes } from '../roles';
import { floatsOf, type StoredTensor, valuesOf } from '../tensor';
import { createTokenizer } from '../tokenizer';
import { ggufConfig } from './config';
import { GgufFields } from './fields';
import { type GgufEntry, readGguf } from './header';
import { ggufRow, POSITION_TENSORS, type TensorName, tensorName } from './names';
import { ggufTokenizer } from './tokenizer';

/** A tensor with the file that it is in. */
interface Found {
  entry: GgufEntry;
  file: ModelFile;
}

/**
 * Opens a model of one GGUF file, or of the parts that one was split into: as a checkpoint of Hugging Face
 * names, so that nothing that follows knows the difference.
 * @param onConfig called before anything of the weights is read; it may throw to refuse the model
 * @throws TroubleError `model-missing`, `model-damaged` or `model-unsupported`.
 */
export async function openGguf(
  files: ModelFiles,
  path: string,
  onConfig?: (config: ModelConfig) => void,
): Promise<Checkpoint> {
  const file = await openRequired(files, path);
  const { metadata, tensors: entries } = await readGguf(file);
  const fields = new GgufFields(path, metadata);
  const found = new Map(entries.map((entry) => [entry.name, { entry, file }]));
  for (const part of otherParts(path, fields.number('split.count') ?? 1)) {
    const other = await openRequired(files, part);
    for (const entry of (await readGguf(other)).tensors)
      found.set(entry.name, { entry, file: other });
  }
  const config = parseAs(path, await ggufConfig(fields, describe(path, found)));
  onConfig?.(config);
  // Matrices are [out, in] here in every family.
  const roles = mapSources(rolesOf(config), (source) =>
    source.transposed ? { ...source, transposed: false, shape: source.shape.toReversed() } : source,
  );
  const tensors = storedTensors(fields.architecture, config, roles, found);
  const all = [...tensors.values()];
  const json = ggufTokenizer(fields);
  const tokenizer = json && createTokenizer(json, null);
  return {
    url: files.address,
    name: fields.text('general.name') ?? path.replace(/^.*\//, '').replace(/\.gguf$/i, ''),
    config: tokenizer ? { ...config, bosId: tokenizer.bosId } : config,
    roles,
    tokenizer,
    chatTemplate: fields.text('tokenizer.chat_template'),
    tensors,
    bytes: all.reduce((sum, tensor) => sum + tensor.bytes, 0),
    parameters: all.reduce((sum, tensor) => sum + valuesOf(tensor), 0),
  };
}

/** The configuration, refused with the name of this file. */
function parseAs(path: string, json: object): ModelConfig {
  try {
    return parseConfig(json);
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    const { code, what, advice } = error.trouble;
    throw new TroubleError(code, `${path}, its metadata as ${what}`, advice);
  }
}

/** name-00001-of-00003.gguf */
const PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** Whether a file goes on from another one, the first part of the same model. */
export function isOtherPart(path: string): boolean {
  return Number(PART.exec(path)?.[2] ?? 1) > 1;
}

/** Names of the other files of a split one. */
function otherParts(path: string, count: number): string[] {
  if (count === 1) return [];
  const [, name, number, total] = PART.exec(path) ?? [];
  if (Number(number) !== 1 || Number(total) !== count || count > 1000) {
    return damagedFile(path, `a name ending in -00001-of-${five(count)}.gguf by split.count`, path);
  }
  return Array.from({ length: count - 1 }, (_, i) => `${name}-${five(i + 2)}-of-${total}.gguf`);
}

function five(number: number): string {
  return String(number).padStart(5, '0');
}

function describe(path: string, found: Map<string, Found>) {
  const embedding = found.get('token_embd.weight');
  if (!embedding) return damagedFile(path, 'a tensor token_embd.weight', 'none');
  return {
    has: (name: string) => found.has(name),
    vocabSize: embedding.entry.shape[0],
    async floats(name: string): Promise<number[] | null> {
      const one = found.get(name);
      if (!one) return null;
      const { entry, file } = one;
      if (!isFloat(entry.type) || entry.to - entry.from > 2 ** 16) {
        return damagedFile(`${file.path}: ${name}`, 'a short list of floats', entry.type);
      }
      return [...floatsOf(entry.type, await file.read(entry.from, entry.to))];
    },
  };
}

/** Exactly the tensors that the roles ask for; a file with others is of a model that is computed otherwise. */
function storedTensors(
  architecture: string,
  config: ModelConfig,
  roles: ModelRoles,
  found: Map<string, Found>,
): Map<string, StoredTensor> {
  const shapes = tensorShapes(roles);
  const tensors = new Map<string, StoredTensor>();
  for (const { entry, file } of found.values()) {
    if (POSITION_TENSORS.includes(entry.name)) continue;
    const where = `${file.path}: ${entry.name}`;
    const known = tensorName(architecture, entry.name);
    const shape = known && shapes.get(known.name);
    if (!shape) {
      throw new TroubleError(
        'model-unsupported',
        `${where} is a tensor that models of the kind ${architecture} do not have here.`,
        'Choose a model of another kind.',
      );
    }
    if (String(entry.shape) !== String(shape)) {
      damagedFile(where, `shape [${shape}] by the metadata`, `[${entry.shape}]`);
    }
    // Products expand blocks; what is added or multiplied by itself is not read by them.
    const needsFloats = shape.length === 1 || known.name === roles.positions?.tensor;
    if (needsFloats && !isFloat(entry.type)) damagedFile(where, 'floats', entry.type);
    tensors.set(known.name, storedTensor(file, entry, known, config));
  }
  for (const name of shapes.keys()) {
    if (!tensors.has(name))
      damagedFile('The GGUF file', `the tensor that is ${name} elsewhere`, 'none');
  }
  return tensors;
}

/** A tensor whose rows come in the order of the Hugging Face checkpoint. */
function storedTensor(
  file: ModelFile,
  { type, shape, from, to }: GgufEntry,
  { name, layout }: TensorName,
  { headDim, heads }: ModelConfig,
): StoredTensor {
  const read = () => file.read(from, to);
  const tensor = { name, type, shape, bytes: to - from };
  if (layout === 'plus one') {
    return {
      ...tensor,
      type: 'F32',
      bytes: valuesOf(tensor) * BLOCKS.F32.bytes,
      read: async () => {
        const values = floatsOf(type, await read()).map((value) => value - 1);
        return new Uint8Array(values.buffer as ArrayBuffer);
      },
    };
  }
  if (layout === 'same') return { ...tensor, read };
  return {
    ...tensor,
    async read() {
      const bytes = await read();
      const ordered = new Uint8Array(bytes.length);
      const rowBytes = bytes.length / shape[0];
      for (let row = 0; row < shape[0]; row++) {
        const at = ggufRow(layout, row, headDim, heads) * rowBytes;
        ordered.set(bytes.subarray(at, at + rowBytes), row * rowBytes);
      }
      return ordered;
    },
  };
}
