import { cutShort, type ModelFile, type ModelFiles } from './files';

export function memoryFile(path: string, bytes: Uint8Array): ModelFile {
  return {
    path,
    size: bytes.length,
    async read(from, to) {
      if (to > bytes.length) cutShort(path, to, bytes.length);
      return bytes.slice(from, to);
    },
  };
}

/** A folder that is in memory, by path. Texts are stored as UTF-8. */
export function memoryFiles(
  contents: Record<string, Uint8Array | string>,
  name = 'memory',
): ModelFiles {
  const bytes = new Map(
    Object.entries(contents).map(([path, content]) => [
      path,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  return {
    name,
    address: `${name}/`,
    async open(path) {
      const found = bytes.get(path);
      return found ? memoryFile(path, found) : null;
    },
    list: async () => [...bytes.keys()],
  };
}
