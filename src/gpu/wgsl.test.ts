import { describe, expect, it } from 'vitest';
import { FRAME_CODE, KERNELS } from '../engine/kernels';
import { bindingsOf, overridesOf, packStruct, structOf } from './wgsl';

describe('what the host reads from a shader', () => {
  it('bindings of a group, in order, with their kind', () => {
    expect(bindingsOf(KERNELS.append.code, 1)).toEqual([
      { index: 0, name: 'layer', kind: 'uniform' },
      { index: 1, name: 'qkv', kind: 'write' },
      { index: 2, name: 'keys', kind: 'write' },
      { index: 3, name: 'values', kind: 'write' },
      { index: 4, name: 'entries', kind: 'write' },
    ]);
    expect(bindingsOf(KERNELS.chunk.code, 1)[1]).toEqual({ index: 1, name: 'qkv', kind: 'read' });
  });

  it('every binding of every kernel, so that none is missed by its spelling', () => {
    for (const { code } of Object.values(KERNELS)) {
      const written = [...code.matchAll(/@binding\(/g)].length;
      expect(bindingsOf(code, 0).length + bindingsOf(code, 1).length).toBe(written);
      expect(overridesOf(code).length).toBe([...code.matchAll(/\boverride /g)].length);
    }
  });

  it('overrides, with and without a default', () => {
    expect(overridesOf(KERNELS.matvec.code)).toContainEqual({ name: 'OUT', optional: false });
    expect(overridesOf(KERNELS.matvec.code)).toContainEqual({ name: 'ADD', optional: true });
  });

  it('struct layouts, with vectors aligned to 16 bytes', () => {
    const { fields, bytes } = structOf(FRAME_CODE, 'Layer');
    expect(bytes).toBe(96);
    expect(fields.at(-2)).toEqual({ name: 'steered_heads', type: 'u32', word: 12, words: 8 });
    expect(structOf(FRAME_CODE, 'Frame').fields.map(({ name }) => name)).toEqual([
      'tokens',
      'position',
      'page_table',
      'page_table_stride',
      'score_scale',
      'score_cap',
      'steer_bias',
      'steer_from',
      'steer_to',
      'plan_words',
      'plan_block_words',
    ]);
  });

  it('packs values by name, and refuses what is missing or has no layout', () => {
    const code = 'struct S {\n  a: u32,\n  b: f32,\n  c: array<vec4<u32>, 1>,\n}';
    const packed = packStruct(code, 'S', { a: 7, b: 0.5, c: [1, 2, 3, 4] });
    expect([...new Uint32Array(packed)]).toEqual([7, 0x3f000000, 0, 0, 1, 2, 3, 4]);
    expect(() => packStruct(code, 'S', { a: 7, b: 1 })).toThrow('S.c');
    expect(() => structOf('struct S {\n  m: mat4x4<f32>,\n}', 'S')).toThrow('mat4x4');
    expect(() => structOf(code, 'T')).toThrow('T');
  });
});
