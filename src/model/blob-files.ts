import { TroubleError } from '../trouble';
import { cutShort, type ModelFile, type ModelFiles } from './files';

/** A file that the browser holds: picked, dropped, or kept by this page. */
export function blobFile(path: string, blob: Blob): ModelFile {
  return {
    path,
    size: blob.size,
    async read(from, to) {
      if (to > blob.size) cutShort(path, to, blob.size);
      try {
        return new Uint8Array(await blob.slice(from, to).arrayBuffer());
      } catch (error) {
        // The browser refuses files that were changed or removed after they were picked.
        const reason = error instanceof Error ? error.message : String(error);
        throw new TroubleError(
          'model-missing',
          `${path} can no longer be read: ${reason}`,
          'Choose the files again.',
        );
      }
    },
  };
}

/** Files that a person picked or dropped, by paths relative to the model's folder. */
export function pickedFiles(name: string, files: { path: string; file: Blob }[]): ModelFiles {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  return {
    name,
    address: `the files of “${name}”`,
    async open(path) {
      const file = byPath.get(path);
      return file ? blobFile(path, file) : null;
    },
    list: async () => [...byPath.keys()],
  };
}
