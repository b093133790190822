/** Damaged and hostile files, thousands of them: each is read or refused with a trouble, soon. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { TroubleError } from '../trouble';
import { renderFrame } from './chat-template';
import { memoryFile, memoryFiles } from './memory-files';
import { openModel } from './open-model';
import { readHeader } from './safetensors';
import { writeSafetensors } from './safetensors-writer';
import { createTokenizer } from './tokenizer';

/** Milliseconds for one file on a busy machine. */
const MOST_MS = 4000;

const CONFIG = {
  model_type: 'llama',
  vocab_size: 5,
  hidden_size: 8,
  intermediate_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  bos_token_id: 0,
  eos_token_id: 1,
};
const SHAPES: Record<string, number[]> = {
  'model.embed_tokens.weight': [5, 8],
  'lm_head.weight': [5, 8],
  'model.norm.weight': [8],
  'model.layers.0.input_layernorm.weight': [8],
  'model.layers.0.post_attention_layernorm.weight': [8],
  'model.layers.0.self_attn.q_proj.weight': [8, 8],
  'model.layers.0.self_attn.k_proj.weight': [4, 8],
  'model.layers.0.self_attn.v_proj.weight': [4, 8],
  'model.layers.0.self_attn.o_proj.weight': [8, 8],
  'model.layers.0.mlp.gate_proj.weight': [4, 8],
  'model.layers.0.mlp.up_proj.weight': [4, 8],
  'model.layers.0.mlp.down_proj.weight': [8, 4],
};
const TENSORS = Object.entries(SHAPES).map(([name, shape]) => {
  const bytes = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
  return { name, dtype: 'F32', shape, bytes };
});
const WEIGHTS = writeSafetensors(TENSORS);
const HEADER_END = 8 + Number(new DataView(WEIGHTS.buffer).getBigUint64(0, true));
const INDEX = {
  metadata: { total_size: 1 },
  weight_map: Object.fromEntries(Object.keys(SHAPES).map((name) => [name, 'model.safetensors'])),
};
const EMBEDDED = new URL('../../public/models/needle-2.4m/', import.meta.url);
const SMALL_TOKENIZER = {
  added_tokens: [{ id: 0, content: '<s>', special: true }],
  normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }] },
  pre_tokenizer: { type: 'Split', pattern: { Regex: '\\s+' }, behavior: 'Isolated' },
  post_processor: null,
  decoder: { type: 'ByteFallback' },
  model: { type: 'BPE', vocab: { '<s>': 0, a: 1, b: 2, ab: 3 }, merges: ['a b'] },
};
const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m.content | trim }}{% if not loop.last %}x{% endif %}{% endfor %}{% set a = range(3) | list %}{{ a[1] ~ 'y' }}";

/** Ends well or in a trouble, in time. Anything else is a fault. */
async function endsWell(work: () => unknown): Promise<void> {
  const begun = performance.now();
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    expect(error.trouble.what.length).toBeGreaterThan(10);
    expect(error.trouble.what.length).toBeLessThan(2000);
    expect(error.trouble.code).not.toBe('internal');
  }
  expect(performance.now() - begun).toBeLessThan(MOST_MS);
}

const check = (property: fc.IAsyncProperty<unknown[]> | unknown, numRuns: number) =>
  fc.assert(property as fc.IAsyncProperty<unknown[]>, { numRuns, seed: 6 });

/** What somebody might put in the place of a value. */
const strange = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    '',
    [],
    {},
    -1,
    0,
    0.5,
    1e9,
    2 ** 31,
    2 ** 53,
    1e308,
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer(),
  fc.string(),
);

/** A copy of JSON with one value somewhere replaced, removed, doubled or renamed. */
const mutated = (json: unknown) =>
  fc
    .tuple(
      fc.infiniteStream(fc.nat()),
      fc.constantFrom('replace', 'remove', 'rename', 'swap'),
      strange,
    )
    .map(([picks, how, value]) => {
      const copy = structuredClone(json);
      let at = copy as Record<string, unknown>;
      for (let depth = 0; depth < 8; depth++) {
        const keys = Object.keys(at);
        if (keys.length === 0) return value;
        const key = keys[(picks.next().value ?? 0) % keys.length];
        const inside = at[key];
        const goesOn = (picks.next().value ?? 0) % 3 !== 0;
        if (goesOn && typeof inside === 'object' && inside !== null) {
          at = inside as Record<string, unknown>;
          continue;
        }
        if (how === 'remove') delete at[key];
        else if (how === 'rename') at[`${key}x`] = inside;
        else if (how === 'swap') at[key] = at[keys[0]];
        else at[key] = value;
        return copy;
      }
      return copy;
    });

/** Bytes with some changed, cut off or put in. */
const damaged = (bytes: Uint8Array, upTo = bytes.length) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(upTo - 1), fc.nat(255)), { maxLength: 6 }),
      fc.option(fc.nat(bytes.length), { freq: 3 }),
      fc.option(fc.uint8Array({ maxLength: 40 }), { freq: 3 }),
    )
    .map(([changes, cut, more]) => {
      const copy = bytes.slice(0, cut ?? bytes.length);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      return more ? Uint8Array.from([...copy, ...more]) : copy;
    });

const folder = (change: Record<string, string | Uint8Array>) =>
  memoryFiles({ 'config.json': JSON.stringify(CONFIG), 'model.safetensors': WEIGHTS, ...change });
const readAll = async (change: Record<string, string | Uint8Array>) => {
  const { tensors } = await openModel(folder(change));
  for (const tensor of tensors.values()) await tensor.read();
};

describe('hostile files', () => {
  // The tokenizer's parser tells the console of patterns that it does not know.
  beforeAll(() => void vi.spyOn(console, 'warn').mockReturnValue());

  test('the model itself is read', async () => {
    await readAll({});
  });

  test('headers with damaged bytes', async () => {
    await check(
      fc.asyncProperty(damaged(WEIGHTS, HEADER_END), (bytes) =>
        endsWell(() => readAll({ 'model.safetensors': bytes })),
      ),
      1500,
    );
  });

  test('headers with strange names, types, shapes and offsets', async () => {
    const header = JSON.parse(new TextDecoder().decode(WEIGHTS.subarray(8, HEADER_END)));
    await check(
      fc.asyncProperty(mutated(header), (json) =>
        endsWell(async () => {
          const text = new TextEncoder().encode(JSON.stringify(json) ?? '');
          const file = new Uint8Array(8 + text.length + WEIGHTS.length - HEADER_END);
          new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
          file.set(text, 8);
          await readHeader(memoryFile('x', file));
          await readAll({ 'model.safetensors': file });
        }),
      ),
      1500,
    );
  });

  test('any bytes at all', async () => {
    await check(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        endsWell(() => readAll({ 'model.safetensors': bytes })),
      ),
      500,
    );
    await check(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), (bytes) =>
        endsWell(() => readAll({ 'config.json': bytes })),
      ),
      300,
    );
  });

  test('configurations with strange fields', async () => {
    await check(
      fc.asyncProperty(mutated(CONFIG), (json) =>
        endsWell(() => readAll({ 'config.json': JSON.stringify(json) ?? '' })),
      ),
      1500,
    );
  });

  test('indexes of shards', async () => {
    await check(
      fc.asyncProperty(mutated(INDEX), (json) =>
        endsWell(async () => {
          const files = {
            'config.json': JSON.stringify(CONFIG),
            'model.safetensors.index.json': JSON.stringify(json) ?? '',
            'part.safetensors': WEIGHTS,
          };
          await openModel(memoryFiles(files));
        }),
      ),
      800,
    );
  });

  test('tokenizers', async () => {
    const embedded = JSON.parse(readFileSync(new URL('tokenizer.json', EMBEDDED), 'utf8'));
    const use = (json: unknown, config: unknown) => {
      const tokenizer = createTokenizer(json, config);
      tokenizer.piecesOf(tokenizer.encode('ab a  b\nc 世界'));
    };
    await check(
      fc.asyncProperty(mutated(SMALL_TOKENIZER), (json) => endsWell(() => use(json, null))),
      1500,
    );
    await check(
      fc.asyncProperty(strange, (config) => endsWell(() => use(SMALL_TOKENIZER, config))),
      300,
    );
    await check(
      fc.asyncProperty(mutated(embedded), (json) => endsWell(() => use(json, null))),
      60,
    );
  }, 30_000);

  test('chat templates', async () => {
    const render = (source: string) =>
      endsWell(() => renderFrame({ source, bosToken: '<s>', eosToken: '</s>' }));
    const bytes = new TextEncoder().encode(TEMPLATE);
    await check(
      fc.asyncProperty(damaged(bytes), (some) => render(new TextDecoder().decode(some))),
      1500,
    );
    const parts = fc.constantFrom(
      ...[
        '{{ ',
        ' }}',
        '{% ',
        ' %}',
        'for x in range(99)',
        'endfor',
        'if x',
        'endif',
        'set x = ',
        '(',
        ')',
      ],
      ...[
        "'a'",
        'x',
        'messages[0].content',
        '| join',
        '* 9999999',
        '~ x',
        '[0]',
        '.__proto__',
        'range(1e9)',
      ],
    );
    await check(
      fc.asyncProperty(fc.array(parts, { maxLength: 12 }), (some) => render(some.join(' '))),
      1500,
    );
  });
});
