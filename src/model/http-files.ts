import { TroubleError } from '../trouble';
import { cutShort, damagedFile, type ModelFile, type ModelFiles } from './files';
import {
  bytesOf,
  fetchWhole,
  type HttpOptions,
  isAbsent,
  RETRY,
  refusedBy,
  request,
} from './http-request';

/** Where one file is fetched from, and what is known of it before. */
export interface RemoteFile {
  path: string;
  address: string;
  options: HttpOptions;
  /** Bytes; null where nobody said yet. */
  size: number | null;
  /** Changes when the file changes; null where nobody said. */
  tag: string | null;
  /** Of the content, in hex. */
  sha256: string | null;
}

/** Files that are fetched, and that may therefore be kept. */
export interface RemoteFiles extends ModelFiles {
  /** Tells sources apart; without secrets. */
  key: string;
  /** null where there is no such file. */
  locate(path: string): Promise<RemoteFile | null>;
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
interface WindowedOptions extends HttpOptions {
  window: Window | null;
}

/** The files below an address, read by range requests as far as the server knows those. */
export function httpFiles(folder: string, options: HttpOptions = {}): RemoteFiles {
  const address = folder.endsWith('/') ? folder : `${folder}/`;
  const source: WindowedOptions = { ...options, window: null };
  return {
    name: lastPart(new URL(address).pathname),
    address,
    key: `url ${address}`,
    locate: (path) => locate(addressOf(address, path), path, options),
    open: (path) => openHttpFile(addressOf(address, path), path, source),
    list: async () => null,
  };
}

/** A single weight file at an address, with what lies beside it. */
export function httpFile(address: string, options: HttpOptions = {}): RemoteFiles {
  const { pathname } = new URL(address);
  const path = lastPart(pathname);
  const beside = new URL('./', address).href;
  // What an address says behind "?" may open the file only: it is kept for that one.
  const at = (wanted: string) => (wanted === path ? address : addressOf(beside, wanted));
  const source: WindowedOptions = { ...options, window: null };
  return {
    name: path,
    address,
    key: `url ${address}`,
    locate: (wanted) => locate(at(wanted), wanted, options),
    open: (wanted) => openHttpFile(at(wanted), wanted, source),
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

/** Asks for size and tag only. */
async function locate(
  address: string,
  path: string,
  options: HttpOptions,
): Promise<RemoteFile | null> {
  const head = await request(address, options, {}, 'HEAD');
  if (isAbsent(head, path)) return null;
  if (!head.ok) refusedBy(address, head, options);
  const length = head.headers.has('content-encoding') ? null : head.headers.get('content-length');
  const size = length === null ? null : Number(length);
  return { path, address, options, size, tag: head.headers.get('etag'), sha256: null };
}

/** Asks for the beginning of a file, which also tells its size; null where there is none. */
export async function openHttpFile(
  address: string,
  path: string,
  source: WindowedOptions,
): Promise<ModelFile | null> {
  const { ahead = WINDOW } = source;
  const first = await request(address, source, { range: `bytes=0-${ahead - 1}` });
  if (first.status === 416) {
    // Only an empty file has no first byte.
    await first.body?.cancel();
    return { path, size: 0, read: async (_, to) => (to > 0 ? cutShort(path, to, 0) : EMPTY()) };
  }
  if (isAbsent(first, path)) {
    if (first.status === 404) source.onRefused?.(first);
    await first.body?.cancel();
    return null;
  }
  if (!first.ok) refusedBy(address, first, source);
  if (first.status !== 206) return wholeFile(first, path, source);

  const size = await sizeOf(first, address, source);
  const tag = first.headers.get('etag');
  source.window = { path, from: 0, bytes: await bytesOf(first, path, Math.min(size, ahead)) };
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
      const end = Math.min(size, Math.max(to, from + ahead));
      const bytes = await readRange(address, path, source, { from, to: end, tag });
      // What is larger than a window is wanted once.
      if (to - from >= ahead) return bytes;
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
  if (!response.ok && response.status !== 416) refusedBy(address, response, options);
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
    ? fetchWhole(response, path, null)
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
      whole ??= fetchWhole(response, path, size);
      return await (await whole).read(from, to);
    },
  };
}
