import { pickedFiles } from '../model/blob-files';
import type { OnDownload } from '../model/download';
import type { ModelFiles } from '../model/files';
import { httpFile, httpFiles, type RemoteFiles } from '../model/http-files';
import type { HttpOptions } from '../model/http-request';
import { hubFiles } from '../model/hub-files';
import { ModelStore, type StoredFolder, type StoredModel } from '../model/model-store';
import { DEFAULT_HUB, WEIGHT_FILE } from '../model/source';
import { lookedAtFiles, storedFiles } from '../model/stored-files';
import type { LoadRequest } from './protocol';

/** Headers are short; what lies behind them is not wanted yet. */
const LOOKED_AHEAD = 2 ** 20;

export interface SourceWatch {
  signal: AbortSignal;
  onDownload: OnDownload;
  /** A server sends no parts of files. */
  onWhole: (path: string) => void;
}

export interface OpenedSource {
  files: ModelFiles;
  /** To be called when the model was read to its end: from now on it needs no connection. */
  complete(): Promise<void>;
}

/** Turns what a load asks for into files, kept or not. */
export class ModelSources {
  private readonly store = new ModelStore(
    () => navigator.storage.getDirectory(),
    () => navigator.storage.estimate(),
  );

  async open(request: LoadRequest, watch: SourceWatch): Promise<OpenedSource> {
    const { source } = request;
    if (source.kind === 'files') {
      return { files: untilAborted(pickedFiles(source.name, source.files), watch.signal), ...KEPT };
    }
    const { signal, onWhole } = watch;
    const remote = remoteFiles(request, { signal, onWhole });
    if (!request.keep) return { files: untilAborted(remote, watch.signal), ...KEPT };
    const place = await this.store.place(remote.key, remote.name, source);
    const files = storedFiles(remote, place, watch.onDownload);
    return { files: untilAborted(files, watch.signal), complete: () => markComplete(place) };
  }

  /** Files to look at before a load: from here as far as they are kept, else only the parts that are read. */
  async look(request: LoadRequest, signal: AbortSignal): Promise<ModelFiles> {
    const { source } = request;
    if (source.kind === 'files') {
      return untilAborted(pickedFiles(source.name, source.files), signal);
    }
    const remote = remoteFiles(request, { signal, ahead: LOOKED_AHEAD });
    const place = await this.store.find(remote.key);
    return untilAborted(place ? lookedAtFiles(remote, place) : remote, signal);
  }

  list(): Promise<StoredModel[]> {
    return this.store.list();
  }

  remove(key: string): Promise<void> {
    return this.store.remove(key);
  }
}

/** What needs no marking. */
const KEPT = { complete: async () => {} };

async function markComplete(place: StoredFolder): Promise<void> {
  place.record.complete = true;
  await place.save();
}

/** The files where they are published. */
export function remoteFiles(
  { source, hub = DEFAULT_HUB, token }: LoadRequest,
  options: Pick<HttpOptions, 'signal' | 'onWhole' | 'ahead'>,
): RemoteFiles {
  if (source.kind === 'files') throw new Error('Picked files are not remote.');
  if (source.kind === 'hub') return hubFiles(source, { endpoint: hub, token, ...options });
  const isFile = WEIGHT_FILE.test(new URL(source.url).pathname);
  return (isFile ? httpFile : httpFiles)(source.url, options);
}

/** Reads stop where the load was cancelled, also those that ask no server. */
function untilAborted(files: ModelFiles, signal: AbortSignal): ModelFiles {
  return {
    ...files,
    async open(path) {
      signal.throwIfAborted();
      const file = await files.open(path);
      return (
        file && {
          ...file,
          read: async (from, to) => {
            signal.throwIfAborted();
            return await file.read(from, to);
          },
        }
      );
    },
  };
}
