import type { ModelSource } from './source';

/** What is known of a kept file beside its bytes. */
export interface FileRecord {
  size: number;
  /** The server's mark of this version of the file. */
  tag: string | null;
  /** Whether all of it is here and was checked. */
  complete: boolean;
}

/** What is known of a kept model. Never a token. */
export interface ModelRecord {
  /** Tells sources apart. */
  key: string;
  name: string;
  /** How to load it again. */
  source: ModelSource;
  /** Whether it could be loaded from what is here: then it can be without a connection too. */
  complete: boolean;
  /** Milliseconds since 1970. */
  usedAt: number;
  files: Record<string, FileRecord>;
}

export interface StoredModel extends Omit<ModelRecord, 'files'> {
  /** That are here now. */
  bytes: number;
  /** That all of its files known so far have. */
  wholeBytes: number;
}

const FOLDER = 'models';
const RECORD = 'record.json';
/** A reloaded page finds the files locked until the worker before it is gone. */
const LOCK_ATTEMPTS = 20;
const LOCK_WAIT_MS = 100;

/** The part of `FileSystemSyncAccessHandle` that is used; TypeScript has it for workers only. */
export interface WritableFile {
  getSize(): number;
  read(bytes: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** Models in the browser's own file system (OPFS): a folder a model, with a record of what is in it. */
export class ModelStore {
  /**
   * @param root of the file system
   * @param estimate how much is used and may be, in bytes
   */
  constructor(
    private readonly root: () => Promise<FileSystemDirectoryHandle>,
    readonly estimate: () => Promise<StorageEstimate> = async () => ({}),
  ) {}

  async list(): Promise<StoredModel[]> {
    const models: StoredModel[] = [];
    const folder = await this.models();
    for await (const name of folder.keys()) {
      const place = await StoredFolder.open(folder, name, this.estimate);
      const { files, ...record } = place.record;
      // A folder without a record is what another version of the page, or a crash, left behind.
      if (record.key === '') continue;
      let bytes = 0;
      for (const path of Object.keys(files)) bytes += (await place.blob(path))?.size ?? 0;
      const wholeBytes = Object.values(files).reduce((sum, file) => sum + file.size, 0);
      models.push({ ...record, bytes, wholeBytes });
    }
    return models.sort((a, b) => b.usedAt - a.usedAt);
  }

  /** The place of a model, made where there is none. */
  async place(key: string, name: string, source: ModelSource): Promise<StoredFolder> {
    const place = await StoredFolder.open(
      await this.models(),
      await folderName(key),
      this.estimate,
    );
    if (place.record.key !== key) place.record = { ...NOTHING, key, files: {} };
    Object.assign(place.record, { name, source, usedAt: Date.now() });
    await place.save();
    return place;
  }

  /** The place of a model, or null where there is none. */
  async find(key: string): Promise<StoredFolder | null> {
    const folder = await this.models();
    const name = await folderName(key);
    const found = await folder.getDirectoryHandle(name).catch(ignoreMissing);
    return found ? await StoredFolder.open(folder, name, this.estimate) : null;
  }

  async remove(key: string): Promise<void> {
    const folder = await this.models();
    await folder.removeEntry(await folderName(key), { recursive: true }).catch(ignoreMissing);
  }

  private async models(): Promise<FileSystemDirectoryHandle> {
    return await (await this.root()).getDirectoryHandle(FOLDER, { create: true });
  }
}

const NOTHING: ModelRecord = {
  key: '',
  name: '',
  source: { kind: 'url', url: '' },
  complete: false,
  usedAt: 0,
  files: {},
};

/** The files of one kept model. */
export class StoredFolder {
  private constructor(
    private readonly folder: FileSystemDirectoryHandle,
    public record: ModelRecord,
    readonly estimate: ModelStore['estimate'],
  ) {}

  static async open(
    parent: FileSystemDirectoryHandle,
    name: string,
    estimate: ModelStore['estimate'],
  ): Promise<StoredFolder> {
    const folder = await parent.getDirectoryHandle(name, { create: true });
    const place = new StoredFolder(folder, { ...NOTHING, files: {} }, estimate);
    const blob = await place.blobNamed(RECORD);
    try {
      if (blob) place.record = { ...place.record, ...JSON.parse(await blob.text()) };
    } catch {
      // Cut off while it was written: what it described is fetched again.
    }
    return place;
  }

  /** Bytes of a file that are here so far; null where there are none. */
  async blob(path: string): Promise<Blob | null> {
    return await this.blobNamed(fileName(path));
  }

  /** @throws DOMException where another page writes the file */
  async writable(path: string): Promise<WritableFile> {
    return await this.lock(fileName(path));
  }

  async remove(path: string): Promise<void> {
    delete this.record.files[path];
    await this.save();
    await this.folder.removeEntry(fileName(path)).catch(ignoreMissing);
  }

  async save(): Promise<void> {
    const file = await this.lock(RECORD);
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(this.record));
      file.truncate(bytes.length);
      file.write(bytes, { at: 0 });
      file.flush();
    } finally {
      file.close();
    }
  }

  private async blobNamed(name: string): Promise<Blob | null> {
    try {
      return await (await this.folder.getFileHandle(name)).getFile();
    } catch (error) {
      ignoreMissing(error);
      return null;
    }
  }

  private async lock(name: string): Promise<WritableFile> {
    const handle = await this.folder.getFileHandle(name, { create: true });
    const { createSyncAccessHandle: open } = handle as unknown as {
      createSyncAccessHandle(): Promise<WritableFile>;
    };
    for (let attempt = 0; ; attempt++) {
      try {
        return await open.call(handle);
      } catch (error) {
        const locked = error instanceof DOMException && error.name !== 'QuotaExceededError';
        if (!locked || attempt === LOCK_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
      }
    }
  }
}

/** File names in OPFS hold no slash and are at most 255 bytes long. */
function fileName(path: string): string {
  return `file.${encodeURIComponent(path)}`;
}

async function folderName(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  return Array.from(new Uint8Array(digest).subarray(0, 16), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}
