/**
 * What the host must know of a shader, read from the shader itself so that the two cannot drift: bindings,
 * override constants, and the layout of its uniform structs.
 */

export type BindingKind = 'uniform' | 'read' | 'write';

export interface Binding {
  index: number;
  name: string;
  kind: BindingKind;
}

/** The bindings of one group, by index. */
export function bindingsOf(code: string, group: number): Binding[] {
  const pattern = new RegExp(
    `@group\\(${group}\\) @binding\\((\\d+)\\) var<(uniform|storage, read|storage, read_write)> (\\w+):`,
    'g',
  );
  return [...code.matchAll(pattern)]
    .map(
      ([, index, space, name]) =>
        ({
          index: Number(index),
          name,
          kind: space === 'uniform' ? 'uniform' : space === 'storage, read' ? 'read' : 'write',
        }) satisfies Binding,
    )
    .sort((a, b) => a.index - b.index);
}

/** Names of the override constants, with whether they have a default. */
export function overridesOf(code: string): { name: string; optional: boolean }[] {
  return [...code.matchAll(/^override (\w+): \w+( =)?/gm)].map(([, name, assigned]) => ({
    name,
    optional: assigned !== undefined,
  }));
}

export interface StructField {
  name: string;
  type: 'u32' | 'f32';
  /** Offset in 4-byte words. */
  word: number;
  words: number;
}

/**
 * The layout of a uniform struct.
 * @throws Error for field types other than u32, f32 and array<vec4<u32>, n>, which no uniform here has.
 */
export function structOf(code: string, name: string): { fields: StructField[]; bytes: number } {
  const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(code)?.[1];
  if (body === undefined) throw new Error(`The shader has no struct ${name}.`);
  let word = 0;
  const fields = [...body.matchAll(/^\s*(\w+): ([^\n]+),$/gm)].map(
    ([, field, type]): StructField => {
      const vectors = /^array<vec4<u32>, (\d+)>$/.exec(type);
      if (vectors) {
        word = Math.ceil(word / 4) * 4;
        const words = 4 * Number(vectors[1]);
        word += words;
        return { name: field, type: 'u32', word: word - words, words };
      }
      if (type !== 'u32' && type !== 'f32')
        throw new Error(`${name}.${field}: no layout for ${type}.`);
      return { name: field, type, word: word++, words: 1 };
    },
  );
  return { fields, bytes: Math.ceil(word / 4) * 16 };
}

/** Packs values for a uniform struct; every field must be given. */
export function packStruct(
  code: string,
  name: string,
  values: Record<string, number | ArrayLike<number>>,
): ArrayBuffer {
  const { fields, bytes } = structOf(code, name);
  const buffer = new ArrayBuffer(bytes);
  const integers = new Uint32Array(buffer);
  const floats = new Float32Array(buffer);
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined) throw new Error(`${name}.${field.name} has no value.`);
    const target = field.type === 'u32' ? integers : floats;
    if (typeof value === 'number') target[field.word] = value;
    else target.set(value, field.word);
  }
  return buffer;
}
