import { brainToFloat, halfToFloat } from './half';

/** How values are stored; the names with a Q are blocks of GGUF files. */
export const TENSOR_TYPES = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q4_K',
  'Q5_K',
  'Q6_K',
] as const;
export type TensorType = (typeof TENSOR_TYPES)[number];

/** A weight where it is stored. Reading it is up to whoever needs it, so that memory holds one at a time. */
export interface StoredTensor {
  name: string;
  type: TensorType;
  /** Rows first, as in safetensors. */
  shape: number[];
  /** As stored. */
  bytes: number;
  /**
   * All its bytes, at an address that any typed array may start at.
   * @throws TroubleError as `ModelFile.read`
   */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Number of values. */
export function valuesOf({ shape }: Pick<StoredTensor, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The values of stored floats, f32[bytes.length ÷ bytes a value]; `bytes` may start at any offset. */
export function floatsOf(type: TensorType, bytes: Uint8Array): Float32Array {
  const width = type === 'F32' ? 4 : 2;
  // Typed arrays need an aligned start, which the format does not promise.
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (type === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (type === 'F16') return halfToFloat(halves);
  if (type === 'BF16') return brainToFloat(halves);
  throw new Error(`${type} is stored in blocks, not in floats.`);
}

/** The values of a tensor of floats, f32[…shape]. */
export async function tensorValues(tensor: StoredTensor): Promise<Float32Array> {
  return floatsOf(tensor.type, await tensor.read());
}
