import { TroubleError } from '../trouble';
import { damagedFile } from './files';
import { openHttpFile, type RemoteFiles } from './http-files';
import { chunksOf, type HttpOptions, request } from './http-request';
import type { ModelSource } from './source';

export interface HubOptions extends Pick<HttpOptions, 'signal' | 'onWhole' | 'ahead'> {
  /** Where the hub is, without a slash at the end. */
  endpoint: string;
  /** For gated models; it goes into the request's header and nowhere else. */
  token?: string | undefined;
}

interface Listed {
  size: number;
  /** The hash that the hub computed: of content for large files, git's own for small ones. */
  tag: string | null;
  sha256: string | null;
}

const MOST_PAGES = 20;
const LONGEST_PAGE = 16 * 2 ** 20;

/** The files of a repository of the hub, at one revision. */
export function hubFiles(
  source: Extract<ModelSource, { kind: 'hub' }>,
  { endpoint, token, ...rest }: HubOptions,
): RemoteFiles {
  const { id, revision, file } = source;
  const options: HttpOptions = {
    ...rest,
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
    onRefused: (response) => refusedByHub(response, id, revision, token !== undefined),
  };
  const encoded = encodeURIComponent(revision);
  const addressOf = (path: string) =>
    `${endpoint}/${id}/resolve/${encoded}/${path.split('/').map(encodeURIComponent).join('/')}`;
  let listing: Promise<Map<string, Listed> | null> | null = null;
  const listed = () => {
    listing ??= listFiles(`${endpoint}/api/models/${id}/tree/${encoded}?recursive=true`, options);
    return listing;
  };
  const windowed = { ...options, window: null };
  return {
    name: `${id}${revision === 'main' ? '' : `@${revision}`}${file === null ? '' : `: ${file}`}`,
    address: `${endpoint}/${id} (${revision})`,
    key: `hub ${endpoint} ${id} ${revision} ${file ?? ''}`,
    async locate(path) {
      const all = await listed();
      const found = all?.get(path);
      if (all && !found) return null;
      const { size = null, tag = null, sha256 = null } = found ?? {};
      return { path, address: addressOf(path), options, size, tag, sha256 };
    },
    async open(path) {
      const all = await listed();
      if (all && !all.has(path)) return null;
      return await openHttpFile(addressOf(path), path, windowed);
    },
    async list() {
      if (file !== null) return [file];
      const all = await listed();
      return all && [...all.keys()];
    },
  };
}

/** null where there is no listing; asking for a file then says why. */
async function listFiles(
  address: string,
  options: HttpOptions,
): Promise<Map<string, Listed> | null> {
  const files = new Map<string, Listed>();
  let next: string | null = address;
  for (let page = 0; next !== null && page < MOST_PAGES; page++) {
    const response = await request(next, options);
    if (response.status === 401 || response.status === 403) options.onRefused?.(response);
    if (!response.ok) return null;
    const entries = await jsonOf(response);
    if (!Array.isArray(entries)) damagedFile('the hub’s list of files', 'a list', typeof entries);
    for (const entry of entries) readEntry(entry, files);
    // GitHub's way of paging, which the hub took over: <address>; rel="next"
    const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link && new URL(link, address).origin === new URL(address).origin ? link : null;
  }
  return files;
}

function readEntry(entry: unknown, files: Map<string, Listed>): void {
  const { type, path, size, oid, lfs } = (entry ?? {}) as Record<string, unknown>;
  if (type !== 'file' || typeof path !== 'string') return;
  const large = (lfs ?? {}) as Record<string, unknown>;
  const bytes = typeof large.size === 'number' ? large.size : size;
  if (typeof bytes !== 'number') return;
  const hash = typeof large.oid === 'string' ? large.oid.replace(/^sha256:/, '') : '';
  const sha256 = /^[0-9a-f]{64}$/.test(hash) ? hash : null;
  files.set(path, { size: bytes, tag: sha256 ?? (typeof oid === 'string' ? oid : null), sha256 });
}

async function jsonOf(response: Response): Promise<unknown> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of chunksOf(response)) {
    length += part.length;
    if (length > LONGEST_PAGE) damagedFile('the hub’s list of files', 'a shorter one', 'more');
    parts.push(part);
  }
  const text = await new Blob(parts).text();
  try {
    return JSON.parse(text);
  } catch {
    return damagedFile('the hub’s list of files', 'JSON', JSON.stringify(text.slice(0, 40)));
  }
}

/** The hub says in a header of its own why it refused. */
function refusedByHub(
  { status, headers }: Response,
  id: string,
  revision: string,
  hasToken: boolean,
): void {
  const code = headers.get('x-error-code') ?? '';
  const refuse = (what: string, advice: string): never => {
    throw new TroubleError('model-missing', what, advice);
  };
  if (code === 'GatedRepo' || (status === 403 && code === '')) {
    refuse(
      `${id} is gated: the hub gives it only to who accepted its terms (${status}).`,
      hasToken
        ? 'Accept the terms on the model’s page with the account of your token, then try again.'
        : 'Accept the terms on the model’s page, and give an access token of your account.',
    );
  }
  if (code === 'RevisionNotFound') {
    refuse(`${id} has no revision “${revision}”.`, 'Choose a branch, a tag or a commit of it.');
  }
  if (status === 401 || code === 'RepoNotFound') {
    refuse(
      `The hub has no model ${id}, or does not show it to everybody (${status}).`,
      hasToken
        ? 'Check the id, and whether your token may read it.'
        : 'Check the id; for a private or gated model, give an access token.',
    );
  }
  if (status === 429) {
    refuse('The hub asks to wait: too many requests (429).', 'Try again in a few minutes.');
  }
}
