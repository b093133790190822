import { blobFile } from './blob-files';
import type { ModelFile, ModelFiles } from './files';

export function memoryFile(path: string, bytes: Uint8Array): ModelFile {
  return blobFile(path, new Blob([bytes.slice()]));
}

/** A folder that is in memory, by path. Texts are stored as UTF-8. */
export function memoryFiles(
  contents: Record<string, Uint8Array | string>,
  name = 'memory',
): ModelFiles {
  const files = new Map(
    Object.entries(contents).map(([path, content]) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      return [path, memoryFile(path, bytes)];
    }),
  );
  return {
    name,
    address: `${name}/`,
    open: async (path) => files.get(path) ?? null,
    list: async () => [...files.keys()],
  };
}
