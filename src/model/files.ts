/** The one interface through which models are read, wherever their files lie. */
import { TroubleError } from '../trouble';

/** A file of a model; nothing of it is in memory until it is read. */
export interface ModelFile {
  /** Relative to its folder, with "/" between parts. */
  path: string;
  /** Bytes. */
  size: number;
  /**
   * Bytes [from, to), all of them.
   * @throws TroubleError `model-damaged` where the file ends before `to`, `model-missing` where it is gone.
   */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A folder of files, or a single one. */
export interface ModelFiles {
  /** What people call it: the folder's own name, or a hub id. */
  name: string;
  /** Where it is, for messages. */
  address: string;
  /**
   * The file of that path, or null where there is none.
   * @throws TroubleError `model-missing` where nobody can tell, as without a connection.
   */
  open(path: string): Promise<ModelFile | null>;
  /** Paths of all files; null where the source cannot list them. */
  list(): Promise<string[] | null>;
}

/** A longer JSON file is a mistake: the largest tokenizers have 35 MB. */
const LONGEST_JSON = 128 * 2 ** 20;

/** @throws TroubleError `model-missing` where the file does not exist. */
export async function openRequired(files: ModelFiles, path: string): Promise<ModelFile> {
  const file = await files.open(path);
  if (file) return file;
  throw new TroubleError(
    'model-missing',
    `There is no ${path} in ${files.address}.`,
    'Choose a folder that holds a model: config.json and safetensors files, or a single GGUF file.',
  );
}

/**
 * The parsed JSON of a file, or null where there is none.
 * @throws TroubleError `model-damaged` where the file is not JSON, or too long for what it should be.
 */
export async function readOptionalJson(files: ModelFiles, path: string): Promise<unknown> {
  const file = await files.open(path);
  return file && (await readJson(file));
}

/** @throws TroubleError `model-missing` or `model-damaged`. */
export async function readRequiredJson(files: ModelFiles, path: string): Promise<unknown> {
  return await readJson(await openRequired(files, path));
}

async function readJson(file: ModelFile): Promise<unknown> {
  if (file.size > LONGEST_JSON) {
    damagedFile(file.path, `at most ${LONGEST_JSON} bytes of JSON`, `${file.size} bytes`);
  }
  const text = new TextDecoder().decode(await file.read(0, file.size));
  try {
    return JSON.parse(text);
  } catch {
    return damagedFile(file.path, 'JSON', JSON.stringify(text.slice(0, 40)));
  }
}

export function damagedFile(path: string, expected: string, found: string): never {
  throw new TroubleError(
    'model-damaged',
    `${path}: expected ${expected}, found ${found}.`,
    'The file is damaged or was cut short. Fetch the model again, or choose another one.',
  );
}

/** A file that ended before its time, on its way or where it is kept. */
export function cutShort(path: string, expected: number, found: number): never {
  throw new TroubleError(
    'model-damaged',
    `${path}: expected ${expected} bytes, but the download ended after ${found}.`,
    'The file was cut short on its way. Try again.',
    [{ do: 'retry', label: 'Try again' }],
  );
}

/**
 * A path that a model's own files give, as the index of shards does. It must stay inside the folder.
 * @throws TroubleError `model-damaged`
 */
export function checkedPath(path: unknown, where: string): string {
  if (typeof path === 'string' && path !== '' && path.length <= 1024 && !/[\\:?#%]/.test(path)) {
    const parts = path.split('/');
    if (!parts.some((part) => part === '' || part === '.' || part === '..')) return path;
  }
  const found = JSON.stringify(path) ?? 'nothing';
  return damagedFile(where, 'names of files beside it', found.slice(0, 80));
}
