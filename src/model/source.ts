import { TroubleError } from '../trouble';

/** Where a model is to be read from: plain data that crosses the worker's port. */
export type ModelSource =
  /** A folder (ending in "/") or a single weight file. */
  | { kind: 'url'; url: string }
  /** A repository of the hub; `file` picks one weight file of several. */
  | { kind: 'hub'; id: string; revision: string; file: string | null }
  /** Files that the user picked or dropped; paths are relative to the model's folder. */
  | { kind: 'files'; name: string; files: { path: string; file: File }[] };

/** Weight files that are a model by themselves, or nearly. */
export const WEIGHT_FILE = /\.(gguf|safetensors)$/i;

export const DEFAULT_HUB = 'https://huggingface.co';
const HUB_ID = /^[\w][\w.-]{0,95}\/[\w][\w.-]{0,95}$|^[\w][\w.-]{0,95}$/;
/** Branches, tags and commits; no way out of the repository. */
const REVISION = /^(?!.*\.\.)[\w][\w./-]{0,127}$/;

/**
 * Reads "hub:owner/name", "hub:owner/name@revision", "hub:owner/name@revision:file.gguf", or an address.
 * @param base what a relative address is relative to
 * @throws TroubleError `bad-input`
 */
export function parseSource(text: string, base: string): ModelSource {
  const given = text.trim();
  const hub = /^hub:([^@:]*)(?:@([^:]*))?(?::(.+))?$/.exec(given);
  if (hub) return hubSource(hub[1], hub[2], hub[3]);
  let url: URL;
  try {
    url = new URL(given, base);
  } catch {
    return refuse(`“${given.slice(0, 200)}” is no address.`, 'It begins with https://.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    refuse(
      `Models come over http or https; the address begins with ${url.protocol}`,
      'For files of this machine, use “Choose a folder” or drop them on the page.',
    );
  }
  // The hub's pages of a model are what people copy; the files lie elsewhere.
  const page = /^\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve)\/([^/]+)(?:\/(.*))?)?\/?$/.exec(
    url.pathname,
  );
  if (url.origin === DEFAULT_HUB && page) {
    return hubSource(page[1], page[2], /\.gguf$/i.test(page[3] ?? '') ? page[3] : undefined);
  }
  if (!WEIGHT_FILE.test(url.pathname) && !url.pathname.endsWith('/')) url.pathname += '/';
  url.hash = '';
  return { kind: 'url', url: url.href };
}

/** @throws TroubleError `bad-input` */
export function hubSource(id: string, revision = '', file?: string): ModelSource {
  const name = id.trim();
  if (!HUB_ID.test(name)) {
    refuse(
      `A hub id has the form owner/name, found “${name.slice(0, 200)}”.`,
      'Copy it from the model’s page, as in HuggingFaceTB/SmolLM2-135M.',
    );
  }
  const wanted = revision.trim() || 'main';
  if (!REVISION.test(wanted)) {
    refuse(`“${wanted.slice(0, 200)}” is no revision.`, 'It is a branch, a tag or a commit.');
  }
  return { kind: 'hub', id: name, revision: wanted, file: file ?? null };
}

/** What an address bar can hold, so that another browser finds the same model; null for local files. */
export function addressOfSource(source: ModelSource): string | null {
  if (source.kind === 'files') return null;
  if (source.kind === 'url') return source.url;
  const { id, revision, file } = source;
  const at = revision === 'main' && file === null ? '' : `@${revision}`;
  return `hub:${id}${at}${file === null ? '' : `:${file}`}`;
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
