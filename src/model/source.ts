/** Files of a model's folder, fetched from an address; says which failed and why. */
import { TroubleError } from '../trouble';

/** A response that certainly is the file. `optional` files give null where they do not exist. */
async function open(folder: string, file: string): Promise<Response | null> {
  const address = `${folder}${file}`;
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TroubleError(
      'model-missing',
      `${address} could not be fetched: ${reason}.`,
      'Check the address and the connection, then try again.',
      [{ do: 'retry', label: 'Try again' }],
    );
  }
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) {
    throw new TroubleError(
      'model-missing',
      `${address} could not be fetched: the server answered ${response.status} ${response.statusText}.`,
      'Check the address, then try again.',
      [{ do: 'retry', label: 'Try again' }],
    );
  }
  // A server made for single pages answers any unknown address with its page instead of 404.
  return response.headers.get('content-type')?.startsWith('text/html') ? null : response;
}

function missing(folder: string, file: string): never {
  throw new TroubleError(
    'model-missing',
    `There is no ${file} in ${folder}.`,
    'Check the address: it must be a folder with config.json and safetensors files.',
  );
}

/**
 * The parsed JSON of an optional file, or null where there is none.
 * @throws TroubleError `model-damaged` where the file is not JSON.
 */
export async function fetchOptionalJson(folder: string, file: string): Promise<unknown> {
  const response = await open(folder, file);
  if (!response) return null;
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new TroubleError(
      'model-damaged',
      `${folder}${file}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}.`,
      'The file is damaged or was cut short. Fetch the model again.',
    );
  }
}

/** @throws TroubleError `model-missing` or `model-damaged`. */
export async function fetchJson(folder: string, file: string): Promise<unknown> {
  return (await fetchOptionalJson(folder, file)) ?? missing(folder, file);
}

/** A file on its way: its size is known before its bytes are here. */
export interface Download {
  file: string;
  /** Size in bytes as announced; 0 where the server does not say. */
  size: number;
  /**
   * Reads it to the end.
   * @throws TroubleError `model-damaged` where fewer bytes come than were announced.
   */
  read(onBytes: (count: number) => void): Promise<Uint8Array>;
}

/** Asks for a file; null where there is none. */
export async function startDownload(folder: string, file: string): Promise<Download | null> {
  const response = await open(folder, file);
  if (!response) return null;
  // With a content encoding the announced length is that of the packed bytes, which nobody here sees.
  const packed = response.headers.has('content-encoding');
  const size = packed ? 0 : Number(response.headers.get('content-length') ?? 0);
  return { file, size, read: (onBytes) => readAll(response, file, size, onBytes) };
}

export async function startRequiredDownload(folder: string, file: string): Promise<Download> {
  return (await startDownload(folder, file)) ?? missing(folder, file);
}

async function readAll(
  response: Response,
  file: string,
  size: number,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  // Straight into place where the size was announced, so that a large file is held only once.
  const whole = allocate(file, size);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const part of chunks(response)) {
      if (size > 0) whole.set(part, length);
      else parts.push(part);
      length += part.length;
      onBytes(part.length);
    }
  } catch {
    cutShort(file, size, length);
  }
  if (length < size) cutShort(file, size, length);
  return size > 0 ? whole : new Uint8Array(await new Blob(parts).arrayBuffer());
}

function allocate(file: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new TroubleError(
      'out-of-memory',
      `${file} has ${size} bytes, more than this browser can hold at once.`,
      'Choose a smaller model, or one whose weights come in several files.',
    );
  }
}

async function* chunks(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function cutShort(file: string, size: number, length: number): never {
  throw new TroubleError(
    'model-damaged',
    `${file}: expected ${size || 'more'} bytes, but the download ended after ${length}.`,
    'The file was cut short on its way. Try again.',
    [{ do: 'retry', label: 'Try again' }],
  );
}
