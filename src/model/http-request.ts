/** Requests for files of models, and what can go wrong with them. */
import { TroubleError } from '../trouble';
import { blobFile } from './blob-files';
import { cutShort, damagedFile, type ModelFile } from './files';

export interface HttpOptions {
  /** Sent with every request. They may hold a secret and are in no message. */
  headers?: Record<string, string>;
  /** Ends every request. */
  signal?: AbortSignal | undefined;
  /** Called where a server sends no parts of files, so that this one has to come whole. */
  onWhole?: ((path: string) => void) | undefined;
  /** Bytes fetched at once at least; 16 MiB where absent. */
  ahead?: number;
  /** Told of a refusal first; it may throw a trouble that says more than the status. */
  onRefused?: (response: Response) => void;
}

/** A server made for single pages answers any unknown address with its page instead of 404. */
export function isAbsent({ status, headers }: Response, path: string): boolean {
  if (status === 404 || status === 410) return true;
  return (headers.get('content-type')?.startsWith('text/html') ?? false) && !path.endsWith('.html');
}

/** A Blob is the browser's to hold, on disk where it is large. */
export async function fetchWhole(
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
  return blobFile(path, new Blob(parts));
}

/** Exactly so many bytes of a response. */
export async function bytesOf(
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

export const RETRY = [{ do: 'retry', label: 'Try again' } as const];

/** A server that says no. */
export function refusedBy(address: string, response: Response, options: HttpOptions): never {
  options.onRefused?.(response);
  const { status, statusText } = response;
  throw new TroubleError(
    'model-missing',
    `${address} could not be fetched: the server answered ${status} ${statusText}.`,
    'Check the address, then try again.',
    RETRY,
  );
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
