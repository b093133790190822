// A small hub on this machine: the paths, redirects, headers and refusals of huggingface.co, for tests.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * @typedef {{ files: Record<string, Uint8Array>, token?: string, revisions?: string[] }} Repository
 * `token`: only who sends it may read; `revisions`: `main` alone where absent
 */

/**
 * Starts it on a free port.
 * @param {Record<string, Repository>} repositories by id
 */
export async function startHub(repositories) {
  const hub = {
    url: '',
    repositories,
    /** @type {{ method: string, path: string, range: string | undefined, authorization: string | undefined }[]} */
    requests: [],
    /** Whether it answers with parts of files. */
    ranges: true,
    /** Whether it lists the files of a repository. */
    lists: true,
    /** Files over this size break off after so many bytes of each answer; null: none do. */
    cutAfter: /** @type {number | null} */ (null),
    /** Bytes between two pauses of a hundredth of a second; null: as fast as it goes. */
    slowly: /** @type {number | null} */ (null),
    /** Refuses every connection, as if there were none. */
    down: false,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer((request, response) => {
    if (hub.down) return request.socket.destroy();
    answer(hub, request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  hub.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return hub;
}

const EXPOSED =
  'X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag';

function answer(hub, request, response) {
  const path = new URL(request.url, hub.url).pathname;
  const { range, authorization } = request.headers;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', EXPOSED);
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-headers', 'authorization,range');
    return response.writeHead(204).end();
  }
  hub.requests.push({ method: request.method, path, range, authorization });
  const cdn = /^\/cdn\/([^/]+\/[^/]+)\/(.+)$/.exec(path);
  if (cdn)
    return send(hub, hub.repositories[cdn[1]].files[decodeURIComponent(cdn[2])], request, response);

  const asked =
    /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(path) ??
    /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
  const refuse = (status, code) => {
    response.writeHead(status, { 'x-error-code': code, 'x-error-message': code }).end(code);
  };
  if (!asked) return refuse(404, 'EntryNotFound');
  const [, id, revision, file] = asked;
  const repository = hub.repositories[id];
  if (!repository) return refuse(401, 'RepoNotFound');
  if (repository.token && authorization !== `Bearer ${repository.token}`) {
    return refuse(authorization ? 403 : 401, 'GatedRepo');
  }
  if (!(repository.revisions ?? ['main']).includes(decodeURIComponent(revision))) {
    return refuse(404, 'RevisionNotFound');
  }
  if (file === undefined) {
    if (!hub.lists) return response.writeHead(404).end();
    const listing = Object.entries(repository.files).map(([name, bytes]) => describe(name, bytes));
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(listing));
  }
  const name = decodeURIComponent(file);
  const bytes = repository.files[name];
  if (!bytes) return refuse(404, 'EntryNotFound');
  if (!isLarge(name)) return send(hub, bytes, request, response);
  const location = `/cdn/${id}/${encodeURIComponent(name)}`;
  const headers = {
    location,
    'x-linked-size': bytes.length,
    'x-linked-etag': `"${sha256(bytes)}"`,
  };
  return response.writeHead(302, headers).end();
}

function isLarge(name) {
  return /\.(safetensors|gguf|bin)$/.test(name);
}

function describe(path, bytes) {
  const entry = { type: 'file', path, size: bytes.length, oid: gitHash(bytes) };
  return isLarge(path) ? { ...entry, lfs: { oid: sha256(bytes), size: bytes.length } } : entry;
}

function send(hub, bytes, request, response) {
  const etag = `"${sha256(bytes).slice(0, 32)}"`;
  const range = hub.ranges && /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = range ? Number(range[1]) : 0;
  const to = range && range[2] !== '' ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
  if (range && from >= bytes.length) {
    return response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  }
  response.writeHead(range ? 206 : 200, {
    etag,
    'content-length': to - from,
    'content-type': 'application/octet-stream',
    ...(range ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
  });
  if (request.method === 'HEAD') return response.end();
  void write(hub, bytes.subarray(from, to), response);
}

async function write(hub, bytes, response) {
  const cut = hub.cutAfter !== null && bytes.length > hub.cutAfter ? hub.cutAfter : null;
  const end = cut ?? bytes.length;
  const step = hub.slowly ?? end;
  for (let at = 0; at < end; at += step) {
    await new Promise((resolve) =>
      response.write(bytes.subarray(at, Math.min(end, at + step)), resolve),
    );
    if (hub.slowly !== null) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (cut === null) response.end();
  else response.destroy();
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function gitHash(bytes) {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
