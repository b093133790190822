import { damagedFile as damaged, type ModelFile } from './files';

/** Bytes of one value in each storage format that checkpoints use. */
const VALUE_BYTES: Record<string, number> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};

/** Where one tensor lies in a safetensors file. */
export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  /** Byte range [from, to) in the whole file. */
  from: number;
  to: number;
}

/** The format allows no longer header. */
const LARGEST_HEADER = 100_000_000;
const PREFIX = 8;

/**
 * Reads and checks the header of a safetensors file: an 8-byte length, then JSON, then the data, which the
 * tensors must cover without gap or overlap.
 * @throws TroubleError `model-damaged` that says what was expected and found.
 */
export async function readHeader(file: ModelFile): Promise<TensorEntry[]> {
  const { path: where, size } = file;
  if (size < PREFIX) damaged(where, 'at least 8 bytes', `${size}`);
  const prefix = await file.read(0, PREFIX);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > LARGEST_HEADER || length < 2) {
    damaged(where, `a header of 2 to ${LARGEST_HEADER} bytes`, `a header length of ${length}`);
  }
  const start = PREFIX + length;
  if (start > size) damaged(where, `a header of ${length} bytes`, `${size} in all`);
  const fields = parseHeader(await file.read(PREFIX, start), where);
  const entries = Object.entries(fields)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry(`${where}: ${name}`, name, value, start));
  checkCover(where, entries, start, size);
  return entries;
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return damaged(where, 'a header in JSON', 'something else');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return damaged(where, 'a JSON object as header', JSON.stringify(json).slice(0, 40));
  }
  return json as Record<string, unknown>;
}

function readEntry(where: string, name: string, value: unknown, start: number): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const valueBytes = typeof dtype === 'string' ? VALUE_BYTES[dtype] : undefined;
  if (typeof dtype !== 'string' || valueBytes === undefined) {
    const known = Object.keys(VALUE_BYTES).join(', ');
    return damaged(where, `a dtype of ${known}`, JSON.stringify(dtype) ?? 'none');
  }
  if (!isSizes(shape)) {
    return damaged(where, 'a shape of whole numbers', JSON.stringify(shape) ?? 'none');
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    return damaged(where, 'two data_offsets', JSON.stringify(offsets) ?? 'none');
  }
  const [from, to] = offsets;
  const bytes = shape.reduce((product, size) => product * size, valueBytes);
  if (to - from !== bytes) {
    damaged(where, `${bytes} bytes for ${dtype} of shape [${shape}]`, `${to - from}`);
  }
  return { name, dtype, shape, from: start + from, to: start + to };
}

/** Tensors sorted by place must follow each other and end where the file ends. */
function checkCover(where: string, entries: TensorEntry[], start: number, end: number): void {
  let next = start;
  for (const { name, from, to } of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== next) {
      const found = from < next ? 'one that overlaps another' : `a gap of ${from - next} bytes`;
      damaged(`${where}: ${name}`, 'tensors that follow each other', found);
    }
    next = to;
  }
  if (next !== end) damaged(where, `${next} bytes as its header says`, `${end}`);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
