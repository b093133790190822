/** A folder of the browser's file system in memory, for tests that run without a browser. */
export function memoryDirectory(): FileSystemDirectoryHandle {
  const folders = new Map<string, FileSystemDirectoryHandle>();
  const files = new Map<string, MemoryFile>();
  const find = <T>(map: Map<string, T>, name: string, make: (() => T) | null): T => {
    const found = map.get(name) ?? make?.();
    if (!found) throw new DOMException('There is no such entry.', 'NotFoundError');
    map.set(name, found);
    return found;
  };
  const handle = {
    async getDirectoryHandle(name: string, { create = false } = {}) {
      return find(folders, name, create ? memoryDirectory : null);
    },
    async getFileHandle(name: string, { create = false } = {}) {
      return find(files, name, create ? () => new MemoryFile() : null);
    },
    async removeEntry(name: string) {
      find(folders.has(name) ? folders : (files as Map<string, unknown>), name, null);
      folders.delete(name);
      files.delete(name);
    },
    async *keys() {
      yield* [...folders.keys(), ...files.keys()];
    },
  };
  return handle as unknown as FileSystemDirectoryHandle;
}

class MemoryFile {
  private bytes = new Uint8Array();
  private locked = false;

  async getFile(): Promise<Blob> {
    return new Blob([this.bytes]);
  }

  async createSyncAccessHandle() {
    if (this.locked) throw new DOMException('It is in use.', 'NoModificationAllowedError');
    this.locked = true;
    return {
      getSize: () => this.bytes.length,
      read: (into: Uint8Array, { at }: { at: number }) => {
        const part = this.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write: (part: Uint8Array, { at }: { at: number }) => {
        this.resize(Math.max(this.bytes.length, at + part.length));
        this.bytes.set(part, at);
        return part.length;
      },
      truncate: (size: number) => this.resize(size),
      flush: () => {},
      close: () => {
        this.locked = false;
      },
    };
  }

  private resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }
}
