import { TroubleError } from '../../trouble';
import type { ModelSource } from '../../worker/protocol';

/** More files than this are not a model's folder, but somebody's home. */
const MOST_FILES = 2000;
const MOST_DEPTH = 3;
const WEIGHTS = /\.(gguf|safetensors)$/i;

export interface Picked {
  /** With "/" between parts, the picked folder's own name first where one was picked. */
  path: string;
  file: File;
}

/** Files of an `<input type="file">`, with or without `webkitdirectory`. */
export function pickedBy(input: HTMLInputElement): Picked[] {
  return Array.from(input.files ?? [], (file) => ({
    path: file.webkitRelativePath || file.name,
    file,
  }));
}

/** Files of a drop, those inside dropped folders included. Must be called before the event is over. */
export function droppedFiles(transfer: DataTransfer): Promise<Picked[]> {
  const items = Array.from(transfer.items, (item) => ({
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.getAsFile(),
  }));
  return (async () => {
    const found: Picked[] = [];
    for (const { entry, file } of items) {
      if (entry) await gather(entry, 0, found);
      else if (file) found.push({ path: file.name, file });
    }
    return found;
  })();
}

async function gather(entry: FileSystemEntry, depth: number, found: Picked[]): Promise<void> {
  if (found.length > MOST_FILES || depth > MOST_DEPTH) return;
  const path = entry.fullPath.replace(/^\/+/, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Browsers give a folder in parts, and an empty part at its end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return;
    for (const inside of part) await gather(inside, depth + 1, found);
  }
}

/**
 * The model among picked files: the folder nearest to the top that holds config.json or weights.
 * @throws TroubleError `bad-input` where there is none
 */
export function sourceOf(picked: Picked[]): Extract<ModelSource, { kind: 'files' }> {
  if (picked.length > MOST_FILES) {
    refuse(`There are more than ${MOST_FILES} files in it.`);
  }
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  const isModel = ({ path }: Picked) => /(^|\/)config\.json$/.test(path) || WEIGHTS.test(path);
  const depth = (path: string) => path.split('/').length;
  const [top] = picked.filter(isModel).sort((a, b) => depth(a.path) - depth(b.path));
  if (!top) {
    const names = picked.slice(0, 3).map(({ path }) => path);
    refuse(names.length === 0 ? 'It is empty.' : `Found only ${names.join(', ')} and the like.`);
  }
  const folder = folderOf(top.path);
  const files = picked
    .filter(({ path }) => path.startsWith(folder))
    .map(({ path, file }) => ({ path: path.slice(folder.length), file }));
  const alone = files.length === 1 ? files[0].path : null;
  const name = folder.split('/').at(-2) ?? alone ?? top.path;
  return { kind: 'files', name, files };
}

function refuse(why: string): never {
  throw new TroubleError(
    'bad-input',
    `There is no model in what was chosen: no config.json, no safetensors and no GGUF file. ${why}`,
    'Choose the folder that holds config.json and the weights, or a single GGUF file.',
  );
}
