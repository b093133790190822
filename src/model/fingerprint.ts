import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { StoredTensor } from './tensor';

/** Norms and biases: small, trained, and different in every model. */
const MOST_BYTES = 1 << 16;

/**
 * Notes small tensors as they are read for the GPU, so that telling a model from others costs no reading of
 * its own.
 */
export function noteContents(tensors: Map<string, StoredTensor>): {
  tensors: Map<string, StoredTensor>;
  /** Of names, types, shapes and what was read so far: 16 hex digits. */
  fingerprint(): string;
} {
  const contents = new Map<string, string>();
  const noted = [...tensors].map(([name, tensor]): [string, StoredTensor] => {
    if (tensor.bytes > MOST_BYTES) return [name, tensor];
    const read = async () => {
      const bytes = await tensor.read();
      if (!contents.has(name)) contents.set(name, bytesToHex(sha256(bytes)));
      return bytes;
    };
    return [name, { ...tensor, read }];
  });
  return {
    tensors: new Map(noted),
    fingerprint() {
      const told = [...tensors.values()]
        .map(({ name, type, shape }) => `${name} ${type} ${shape} ${contents.get(name) ?? ''}`)
        .sort()
        .join('\n');
      return bytesToHex(sha256(new TextEncoder().encode(told))).slice(0, 16);
    },
  };
}
