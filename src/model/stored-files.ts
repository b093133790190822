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
  const kept = async (path: string): Promise<ModelFile | null> => {
    const blob = place.record.files[path]?.complete ? await place.blob(path) : null;
    // The browser may have thrown it away.
    return blob && blob.size === place.record.files[path].size ? blobFile(path, blob) : null;
  };
  return {
    name: remote.name,
    address: remote.address,
    async open(path) {
      const here = await kept(path);
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
      return await kept(path);
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

function isCurrent(record: FileRecord, { size, tag }: RemoteFile): boolean {
  return (size === null || size === record.size) && (tag === null || tag === record.tag);
}
