import { TroubleError } from '../trouble';
import { cutShort, damagedFile, type ModelFile, type ModelFiles } from './files';

export interface HttpOptions {
  /** Sent with every request. They may hold a secret and are in no message. */
  headers?: Record<string, string>;
  /** Ends every request. */
  signal?: AbortSignal;
  /** Called where a server sends no parts of files, so that this one has to come whole. */
  onWhole?: (path: string) => void;
}

/**
 * Bytes fetched at once at least: what is next to a wanted range is wanted soon, and a request costs more
 * than a mebibyte.
 */
const WINDOW = 16 * 2 ** 20;

/** The last bytes fetched of the files of one source: memory holds one window, however many shards there are. */
interface Window {
  path: string;
  from: number;
  bytes: Uint8Array<ArrayBuffer>;
}
interface Source extends HttpOptions {
  window: Window | null;
}

/** The files below an address, read by range requests as far as the server knows those. */
export function httpFiles(folder: string, options: HttpOptions = {}): ModelFiles {
  const address = folder.endsWith('/') ? folder : `${folder}/`;
  const source: Source = { ...options, window: null };
  return {
    name: lastPart(new URL(address).pathname),
    address,
    open: (path) => openHttpFile(addressOf(address, path), path, source),
    list: async () => null,
  };
}

/** A single file at an address; its path is its name. */
export function httpFile(address: string, options: HttpOptions = {}): ModelFiles {
  const path = lastPart(new URL(address).pathname);
  const source: Source = { ...options, window: null };
  return {
    name: path,
    address,
    open: async (wanted) => (wanted === path ? await openHttpFile(address, path, source) : null),
    list: async () => [path],
  };
}

function addressOf(folder: string, path: string): string {
  return `${folder}${path.split('/').map(encodeURIComponent).join('/')}`;
}

function lastPart(address: string): string {
  const part = address.split('/').findLast((one) => one !== '') ?? address;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Asks for the beginning of a file, which also tells its size; null where there is none. */
async function openHttpFile(
  address: string,
  path: string,
  source: Source,
): Promise<ModelFile | null> {
  const first = await request(address, source, { range: `bytes=0-${WINDOW - 1}` });
  if (first.status === 404 || first.status === 410) return null;
  if (first.status === 416) {
    // Only an empty file has no first byte.
    await first.body?.cancel();
    return { path, size: 0, read: async (_, to) => (to > 0 ? cutShort(path, to, 0) : EMPTY()) };
  }
  if (!first.ok) refusedBy(address, first);
  // A server made for single pages answers any unknown address with its page instead of 404.
  if (first.headers.get('content-type')?.startsWith('text/html') && !path.endsWith('.html')) {
    await first.body?.cancel();
    return null;
  }
  if (first.status !== 206) return wholeFile(first, path, source);

  const size = await sizeOf(first, address, source);
  const tag = first.headers.get('etag');
  source.window = { path, from: 0, bytes: await bytesOf(first, path, Math.min(size, WINDOW)) };
  return {
    path,
    size,
    async read(from, to) {
      if (to > size) cutShort(path, to, size);
      const { window } = source;
      if (window?.path === path && from >= window.from) {
        const start = from - window.from;
        const end = to - window.from;
        if (end <= window.bytes.length) return window.bytes.slice(start, end);
      }
      const end = Math.min(size, Math.max(to, from + WINDOW));
      const bytes = await readRange(address, path, source, { from, to: end, tag });
      // What is larger than a window is wanted once.
      if (to - from >= WINDOW) return bytes;
      source.window = { path, from, bytes };
      return bytes.slice(0, to - from);
    },
  };
}

const EMPTY = () => new Uint8Array(0);

async function readRange(
  address: string,
  path: string,
  options: HttpOptions,
  { from, to, tag }: { from: number; to: number; tag: string | null },
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(address, options, { range: `bytes=${from}-${to - 1}` });
  if (response.status === 404 || response.status === 410) {
    throw new TroubleError(
      'model-missing',
      `${address} is no longer there.`,
      'Check the address, then load the model again.',
      RETRY,
    );
  }
  if (!response.ok && response.status !== 416) refusedBy(address, response);
  const other = response.headers.get('etag');
  if (response.status !== 206 || (tag && other && other !== tag)) {
    await response.body?.cancel();
    damagedFile(path, 'the same file as before', 'one that changed while it was read');
  }
  return await bytesOf(response, path, to - from);
}

/** Servers of other origins may hide Content-Range; then a HEAD request tells the length. */
async function sizeOf(response: Response, address: string, options: HttpOptions): Promise<number> {
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (total !== undefined) return Number(total);
  const head = await request(address, options, {}, 'HEAD');
  const length = head.headers.get('content-length');
  if (head.ok && length !== null) return Number(length);
  throw new TroubleError(
    'model-missing',
    `${address}: the server does not say how long the file is.`,
    'It must send Content-Range or Content-Length. Download the model and choose its folder instead.',
  );
}

/** A file whose server sends no parts: fetched whole when it is first read, and held from then on. */
function wholeFile(response: Response, path: string, options: HttpOptions): Promise<ModelFile> {
  // With a content encoding the announced length is that of the packed bytes, which nobody here sees.
  const packed = response.headers.has('content-encoding');
  const length = packed ? null : response.headers.get('content-length');
  return length === null
    ? blobFile(response, path, null)
    : Promise.resolve(lazily(response, path, Number(length), options));
}

function lazily(
  response: Response,
  path: string,
  size: number,
  { onWhole }: HttpOptions,
): ModelFile {
  let whole: Promise<ModelFile> | null = null;
  return {
    path,
    size,
    async read(from, to) {
      if (!whole && size > WINDOW) onWhole?.(path);
      whole ??= blobFile(response, path, size);
      return await (await whole).read(from, to);
    },
  };
}

/** A Blob is the browser's to hold, on disk where it is large. */
async function blobFile(
  response: Response,
  path: string,
  expected: number | null,
): Promise<ModelFile> {
  const parts: Blob[] = [];
  let size = 0;
  try {
    for await (const part of chunksOf(response)) {
      parts.push(new Blob([part]));
      size += part.length;
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    cutShort(path, expected ?? size + 1, size);
  }
  if (size < (expected ?? 0)) cutShort(path, expected ?? 0, size);
  const blob = new Blob(parts);
  return {
    path,
    size: blob.size,
    async read(from, to) {
      if (to > blob.size) cutShort(path, to, blob.size);
      return new Uint8Array(await blob.slice(from, to).arrayBuffer());
    },
  };
}

/** Exactly so many bytes of a response. */
async function bytesOf(
  response: Response,
  path: string,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = allocate(path, size);
  let length = 0;
  try {
    for await (const part of chunksOf(response)) {
      if (length + part.length > size) damagedFile(path, `${size} bytes`, 'more');
      bytes.set(part, length);
      length += part.length;
    }
  } catch (error) {
    if (isAbort(error) || error instanceof TroubleError) throw error;
    cutShort(path, size, length);
  }
  if (length < size) cutShort(path, size, length);
  return bytes;
}

function allocate(path: string, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw new TroubleError(
      'out-of-memory',
      `${path}: a part of ${size} bytes is more than this browser can hold at once.`,
      'Choose a smaller model.',
    );
  }
}

export async function* chunksOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops early wants no more of it.
    reader.cancel().catch(() => {});
  }
}

/** @throws TroubleError `model-missing` where the server cannot be reached. */
export async function request(
  address: string,
  { headers, signal }: HttpOptions,
  extra: Record<string, string> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Response> {
  try {
    return await fetch(address, {
      method,
      headers: { ...headers, ...extra },
      signal: signal ?? null,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TroubleError(
      'model-missing',
      `${address} could not be fetched: ${reason}.`,
      'Check the address and the connection, then try again.',
      RETRY,
    );
  }
}

const RETRY = [{ do: 'retry', label: 'Try again' } as const];

/** A server that says no. */
export function refusedBy(address: string, { status, statusText }: Response): never {
  throw new TroubleError(
    'model-missing',
    `${address} could not be fetched: the server answered ${status} ${statusText}.`,
    'Check the address, then try again.',
    RETRY,
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
