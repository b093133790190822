import { pickedFiles } from '../model/blob-files';
import type { OnDownload } from '../model/download';
import type { ModelFiles } from '../model/files';
import { httpFile, httpFiles, type RemoteFiles } from '../model/http-files';
import { hubFiles } from '../model/hub-files';
import { ModelStore, type StoredFolder, type StoredModel } from '../model/model-store';
import { DEFAULT_HUB, WEIGHT_FILE } from '../model/source';
import { storedFiles } from '../model/stored-files';
import type { LoadRequest } from './protocol';

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
    const remote = remoteFiles(request, watch);
    if (!request.keep) return { files: untilAborted(remote, watch.signal), ...KEPT };
    const place = await this.store.place(remote.key, remote.name, source);
    const files = storedFiles(remote, place, watch.onDownload);
    return { files: untilAborted(files, watch.signal), complete: () => markComplete(place) };
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
  { signal, onWhole }: Pick<SourceWatch, 'signal' | 'onWhole'>,
): RemoteFiles {
  if (source.kind === 'files') throw new Error('Picked files are not remote.');
  if (source.kind === 'hub') return hubFiles(source, { endpoint: hub, token, signal, onWhole });
  const isFile = WEIGHT_FILE.test(new URL(source.url).pathname);
  return (isFile ? httpFile : httpFiles)(source.url, { signal, onWhole });
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
