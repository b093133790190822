import { expect, test } from 'vitest';
import { noteContents } from './fingerprint';
import type { StoredTensor } from './tensor';

function tensorsOf(norm: number): Map<string, StoredTensor> {
  const tensor = (name: string, values: number[]): [string, StoredTensor] => {
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    const shape = [values.length];
    return [name, { name, type: 'F32', shape, bytes: bytes.length, read: async () => bytes }];
  };
  return new Map([tensor('norm', [norm, 2]), tensor('large', Array(20_000).fill(1))]);
}

async function fingerprintOf(norm: number, order = [0, 1]) {
  const noted = noteContents(tensorsOf(norm));
  const all = [...noted.tensors.values()];
  for (const index of order) await all[index].read();
  return noted.fingerprint();
}

test('the same content has the same fingerprint, in whatever order it is read', async () => {
  expect(await fingerprintOf(1)).toBe(await fingerprintOf(1, [1, 0, 0]));
  expect(await fingerprintOf(1)).not.toBe(await fingerprintOf(1.5));
});
