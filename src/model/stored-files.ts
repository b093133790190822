import { blobFile } from './blob-files';
import { download, type OnDownload } from './download';
import type { ModelFile, ModelFiles } from './files';
import type { RemoteFile, RemoteFiles } from './http-files';
import { isAbort } from './http-request';
import type { FileRecord, StoredFolder } from './model-store';

/**
 * Files that are fetched once and read from the browser's own file system from then on. Where the server
 * cannot be asked, or refuses, what is complete is taken as it is.
 */
export function storedFiles(
  remote: RemoteFiles,
  place: StoredFolder,
  onProgress: OnDownload,
): ModelFiles {
  return {
    name: remote.name,
    address: remote.address,
    async open(path) {
      const here = await keptFile(place, path);
      let located: RemoteFile | null;
      try {
        located = await remote.locate(path);
      } catch (error) {
        if (isAbort(error) || (!here && !place.record.complete)) throw error;
        return here;
      }
      if (!located) {
        if (place.record.files[path]) await place.remove(path);
        return null;
      }
      if (here && isCurrent(place.record.files[path], located)) return here;
      if (!(await download(located, place, onProgress))) {
        await place.remove(path);
        return null;
      }
      return await keptFile(place, path);
    },
    async list() {
      try {
        return await remote.list();
      } catch (error) {
        if (isAbort(error) || !place.record.complete) throw error;
        return Object.keys(place.record.files);
      }
    },
  };
}

/** The files of a model as far as they are kept, and the rest where it is published: nothing is kept anew. */
export function lookedAtFiles(remote: RemoteFiles, place: StoredFolder): ModelFiles {
  const unlessKept = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (isAbort(error) || !place.record.complete) throw error;
      return otherwise;
    }
  };
  return {
    name: remote.name,
    address: remote.address,
    open: async (path) =>
      (await keptFile(place, path)) ?? (await unlessKept(() => remote.open(path), null)),
    list: () => unlessKept(() => remote.list(), Object.keys(place.record.files)),
  };
}

async function keptFile(place: StoredFolder, path: string): Promise<ModelFile | null> {
  const record = place.record.files[path];
  const blob = record?.complete ? await place.blob(path) : null;
  // The browser may have thrown it away.
  return blob && blob.size === record.size ? blobFile(path, blob) : null;
}

function isCurrent(record: FileRecord, { size, tag }: RemoteFile): boolean {
  return (size === null || size === record.size) && (tag === null || tag === record.tag);
}
