/** Numbers of the GGUF format, version 3 (ggml, docs/gguf.md). */
import type { TensorType } from '../tensor';

/** "GGUF" as the first four bytes. */
export const MAGIC = 0x46554747;

/** How a metadata value is written: the position is its number in the file. */
export const VALUE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export type Scalar = number | boolean | string;
export type Metadata = Map<string, Scalar | Scalar[]>;

/** Tensor types by their number in the file. Others exist, and are refused. */
export const TYPE_NUMBERS: Record<TensorType, number> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  BF16: 30,
};

/** What tensors start at a multiple of, where the file does not say `general.alignment`. */
export const ALIGNMENT = 32;
