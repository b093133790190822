import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { TroubleError } from '../trouble';
import { cutShort } from './files';
import type { RemoteFile } from './http-files';
import { chunksOf, isAbort, isAbsent, refusedBy, request } from './http-request';
import type { FileRecord, StoredFolder, WritableFile } from './model-store';

/** Bytes here and in all of the file that is on its way. */
export type OnDownload = (path: string, done: number, total: number) => void;

/** Attempts that bring nothing new before it is given up; the wait before each doubles. */
const MOST_ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
/** Written to the disk for good that often, so that a crash costs little. */
const FLUSH_EVERY = 16 * 2 ** 20;
const REHASH_BLOCK = 4 * 2 ** 20;

/**
 * Brings a file here, or the rest of it: what came before a reload or a broken connection is kept. At the end
 * size and, where it is known, SHA-256 are checked.
 * @returns false where the server has no such file
 * @throws TroubleError `model-missing` where the connection stays broken, `model-damaged` where the content
 *   is not what was announced, `storage-full`; AbortError
 */
export async function download(
  remote: RemoteFile,
  place: StoredFolder,
  onProgress: OnDownload,
): Promise<boolean> {
  let fruitless = 0;
  for (let held = -1; ; ) {
    const file = await place.writable(remote.path).catch(lockedElsewhere);
    try {
      const found = await fetchRest(remote, place, file, onProgress);
      if (!found) return false;
      await finish(remote, place, file);
      return true;
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw storageTrouble(error, remote.path);
      fruitless = file.getSize() > held ? 0 : fruitless + 1;
      held = file.getSize();
      if (fruitless === MOST_ATTEMPTS) throw brokenTrouble(remote, held, error);
    } finally {
      file.flush();
      file.close();
    }
    await pause(FIRST_WAIT_MS * 2 ** fruitless, remote.options.signal);
  }
}

/** The connection ended before the file did. */
class BrokenOff extends Error {}

async function fetchRest(
  remote: RemoteFile,
  place: StoredFolder,
  file: WritableFile,
  onProgress: OnDownload,
): Promise<boolean> {
  const { path, address, options } = remote;
  const before = place.record.files[path];
  if (!before || !isSame(before, remote)) file.truncate(0);
  let at = file.getSize();
  if (remote.size !== null && at === remote.size && before) return true;

  const range: Record<string, string> = at > 0 ? { range: `bytes=${at}-` } : {};
  const response = await request(address, options, range).catch((error) => {
    throw error instanceof TroubleError ? new BrokenOff(error.message) : error;
  });
  if (isAbsent(response, path)) {
    options.onRefused?.(response);
    return false;
  }
  if (response.status >= 500) throw new BrokenOff(`the server answered ${response.status}`);
  if (!response.ok && response.status !== 416) refusedBy(address, response, options);

  // Another version must not be glued to the part that is here. (If-Range would say so to the server, but
  // for other origins it needs a permission that few give.)
  const tag = response.headers.get('etag');
  const whole = wholeSize(response, remote);
  const continues = response.status === 206 && at > 0;
  const changed =
    continues && before && (before.size !== whole || differs(before.tag, tag, remote));
  if (response.status === 416 || changed) {
    await response.body?.cancel();
    file.truncate(0);
    throw new BrokenOff('the file changed');
  }
  if (!continues) {
    file.truncate(0);
    at = 0;
  }
  const record: FileRecord = { size: whole ?? 0, tag: remote.tag ?? tag, complete: false };
  place.record.files[path] = record;
  await place.save();
  await checkRoom((whole ?? 0) - at, path, place);

  let unflushed = 0;
  try {
    for await (const part of chunksOf(response)) {
      if (whole !== null && at + part.length > whole) throw new BrokenOff('too much came');
      file.write(part, { at });
      at += part.length;
      unflushed += part.length;
      if (unflushed >= FLUSH_EVERY) {
        file.flush();
        unflushed = 0;
      }
      onProgress(path, at, whole ?? at);
    }
  } catch (error) {
    if (isAbort(error) || (error instanceof DOMException && error.name !== 'NetworkError'))
      throw error;
    throw new BrokenOff(error instanceof Error ? error.message : String(error));
  }
  if (whole !== null && at < whole) throw new BrokenOff('it ended early');
  record.size = at;
  return true;
}

/** Whether what is here may be a part of what is announced. */
function isSame(before: FileRecord, { size, tag }: RemoteFile): boolean {
  return (size === null || before.size === size) && (!tag || !before.tag || before.tag === tag);
}

/** Tags of the response count only where nobody announced a better one: redirected servers have their own. */
function differs(before: string | null, now: string | null, remote: RemoteFile): boolean {
  return remote.tag === null && before !== null && now !== null && before !== now;
}

function wholeSize(response: Response, { size }: RemoteFile): number | null {
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (total !== undefined) return Number(total);
  if (size !== null) return size;
  const packed = response.headers.has('content-encoding') || response.status === 206;
  const length = packed ? null : response.headers.get('content-length');
  return length === null ? null : Number(length);
}

async function finish(remote: RemoteFile, place: StoredFolder, file: WritableFile): Promise<void> {
  const { path, size, sha256: expected } = remote;
  const record = place.record.files[path];
  if (size !== null && file.getSize() !== size) cutShort(path, size, file.getSize());
  if (expected !== null) {
    const found = await hashOf(file, remote.options.signal);
    if (found !== expected) {
      file.truncate(0);
      throw new TroubleError(
        'model-damaged',
        `${path}: expected content with the SHA-256 ${expected}, found ${found}.`,
        'It was damaged on its way. Fetch it again.',
        [{ do: 'retry', label: 'Fetch again' }],
      );
    }
  }
  record.complete = true;
  await place.save();
}

async function hashOf(file: WritableFile, signal?: AbortSignal): Promise<string> {
  const hash = sha256.create();
  const block = new Uint8Array(REHASH_BLOCK);
  const size = file.getSize();
  for (let at = 0; at < size; ) {
    const count = file.read(block.subarray(0, Math.min(block.length, size - at)), { at });
    hash.update(block.subarray(0, count));
    at += count;
    // Cancelling and the page's questions get their turn.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
  return bytesToHex(hash.digest());
}

/** @throws TroubleError where the browser gives the page too little room, before anything is fetched */
async function checkRoom(bytes: number, path: string, place: StoredFolder): Promise<void> {
  const { usage, quota } = await place.estimate();
  if (quota !== undefined && usage !== undefined && bytes > quota - usage) {
    throw fullTrouble(path, `${bytes} bytes are needed, ${quota - usage} are left`);
  }
}

function storageTrouble(error: unknown, path: string): unknown {
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  return full ? fullTrouble(path, error.message) : error;
}

function fullTrouble(path: string, why: string): TroubleError {
  return new TroubleError(
    'storage-full',
    `The browser has no room to keep ${path}: ${why}.`,
    'Delete a stored model, free some disk space, or load it without keeping it.',
  );
}

function lockedElsewhere(error: unknown): never {
  throw new TroubleError(
    'model-missing',
    `The stored files are in use: ${error instanceof Error ? error.message : error}.`,
    'Another tab may be fetching the same model. Wait for it, or close it.',
    [{ do: 'retry', label: 'Try again' }],
  );
}

function brokenTrouble({ path, address, size }: RemoteFile, held: number, cause: Error) {
  return new TroubleError(
    'model-missing',
    `${path}: the connection broke after ${held} of ${size ?? 'unknown'} bytes (${cause.message}) and does not come back. ${address}`,
    'What came is kept. Check the connection, then go on.',
    [{ do: 'retry', label: 'Go on' }],
  );
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  signal?.throwIfAborted();
}
