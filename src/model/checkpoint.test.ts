import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { troubleOf } from '../trouble';
import { type Checkpoint, openCheckpoint } from './checkpoint';
import { parseConfig, rolesOf } from './families/registry';
import { httpFiles } from './http-files';
import { tensorShapes } from './roles';
import { writeSafetensors } from './safetensors-writer';
import { floatsOf, tensorValues } from './tensor';

const CONFIG = {
  model_type: 'llama',
  vocab_size: 7,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  bos_token_id: 0,
  eos_token_id: 1,
};

/** Tensors whose first value is their place in the list. */
function tensorsOf(config: unknown) {
  return [...tensorShapes(rolesOf(parseConfig(config)))].map(([name, shape], index) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    values[0] = index;
    return { name, dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) };
  });
}

type File = Uint8Array | string | { cut: Uint8Array } | { status: number } | { html: string };
let files: Record<string, File> = {};
let requested: string[] = [];
let ranges = true;

const server = createServer((request, response) => {
  const name = decodeURIComponent(request.url ?? '').replace('/some%20folder/', '/');
  const file = files[name.split('/').at(-1) ?? ''];
  requested.push(name.split('/').at(-1) ?? '');
  if (file === undefined) return response.writeHead(404).end('not here');
  if (typeof file === 'string' || file instanceof Uint8Array) {
    const bytes = typeof file === 'string' ? Buffer.from(file) : file;
    const { range } = request.headers;
    if (ranges && range) return ranged(bytes, range, response);
    return response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  }
  if ('status' in file) return response.writeHead(file.status).end();
  if ('html' in file)
    return response.writeHead(200, { 'content-type': 'text/html' }).end(file.html);
  response.writeHead(200, { 'content-length': file.cut.length });
  response.write(file.cut.subarray(0, file.cut.length >> 1), () => response.destroy());
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/tiny`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requested = [];
  files = {
    'config.json': JSON.stringify(CONFIG),
    'model.safetensors': writeSafetensors(tensorsOf(CONFIG)),
  };
});

async function troubleOfLoading() {
  try {
    await openCheckpoint(httpFiles(url)).then(readAll);
  } catch (error) {
    return troubleOf(error);
  }
  throw new Error('was accepted');
}

/** The server as most are: it answers with the parts that are asked for. */
const ranged = (bytes: Uint8Array, range: string, response: ServerResponse) => {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range)?.map(Number) ?? [];
  const end = Math.min(to + 1, bytes.length);
  const head = { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` };
  return response.writeHead(206, head).end(bytes.subarray(from, end));
};

const readAll = async (checkpoint: Checkpoint) => {
  for (const tensor of checkpoint.tensors.values()) await tensor.read();
};

describe.each([true, false])('openCheckpoint, from a server with ranges: %s', (hasRanges) => {
  beforeAll(() => {
    ranges = hasRanges;
  });

  test('knows every tensor and reads it when it is wanted', async () => {
    const checkpoint = await openCheckpoint(httpFiles(url));
    const shapes = tensorShapes(checkpoint.roles);
    expect(checkpoint).toMatchObject({ name: 'tiny', url: `${url}/`, tokenizer: null });
    expect([...checkpoint.tensors.keys()].sort()).toEqual([...shapes.keys()].sort());
    for (const [index, name] of [...shapes.keys()].entries()) {
      const tensor = checkpoint.tensors.get(name);
      expect(tensor && (await tensorValues(tensor))[0]).toBe(index);
    }
    expect(checkpoint.bytes).toBe(checkpoint.parameters * 4);
  });

  test('asks onConfig before any weight, and lets it refuse', async () => {
    const refuse = () => {
      throw new Error('too large');
    };
    await expect(openCheckpoint(httpFiles(url), refuse)).rejects.toThrow('too large');
    expect(requested).toEqual(['config.json']);
  });

  test('tied embeddings need no lm_head, and tensors that nobody needs are left out', async () => {
    const tied = { ...CONFIG, tie_word_embeddings: true };
    files['config.json'] = JSON.stringify(tied);
    const extra = { name: 'old.buffer', dtype: 'I64', shape: [1], bytes: new Uint8Array(8) };
    files['model.safetensors'] = writeSafetensors([extra, ...tensorsOf(tied)]);
    const { tensors } = await openCheckpoint(httpFiles(url));
    expect(tensors.has('lm_head.weight')).toBe(false);
    expect(tensors.has('old.buffer')).toBe(false);
  });

  test('reads shards through their index', async () => {
    const all = tensorsOf(CONFIG);
    delete files['model.safetensors'];
    files['one.safetensors'] = writeSafetensors(all.slice(0, 5));
    files['two.safetensors'] = writeSafetensors(all.slice(5));
    files['model.safetensors.index.json'] = JSON.stringify({
      weight_map: Object.fromEntries(
        all.map(({ name }, i) => [name, i < 5 ? 'one.safetensors' : 'two.safetensors']),
      ),
    });
    const checkpoint = await openCheckpoint(httpFiles(url));
    expect(checkpoint.tensors.size).toBe(all.length);

    delete files['two.safetensors'];
    expect(await troubleOfLoading()).toMatchObject({
      code: 'model-missing',
      what: expect.stringContaining('two.safetensors'),
    });
  });

  test('a server that answers everything with its page has no tokenizer', async () => {
    files['tokenizer.json'] = { html: '<!doctype html>' };
    expect((await openCheckpoint(httpFiles(url))).tokenizer).toBeNull();
  });

  test.each([
    ['no config.json', { 'config.json': undefined }, 'model-missing', 'config.json'],
    ['a page for config.json', { 'config.json': { html: '<p>' } }, 'model-missing', 'config.json'],
    ['config.json is not JSON', { 'config.json': '{"model' }, 'model-damaged', 'expected JSON'],
    ['a server error', { 'config.json': { status: 503 } }, 'model-missing', '503'],
    ['no weights', { 'model.safetensors': undefined }, 'model-missing', 'model.safetensors.index'],
    ['a tokenizer that is none', { 'tokenizer.json': '[1' }, 'model-damaged', 'tokenizer.json'],
    [
      'an index without files',
      { 'model.safetensors': undefined, 'model.safetensors.index.json': '{}' },
      'model-damaged',
      'weight_map',
    ],
    [
      'a download that breaks off',
      { 'model.safetensors': { cut: new Uint8Array(1000) } },
      'model-damaged',
      'expected 1000 bytes, but the download ended after',
    ],
  ] as [string, Record<string, File | undefined>, string, string][])(
    '%s',
    async (_, change, code, part) => {
      for (const [name, file] of Object.entries(change)) {
        if (file === undefined) delete files[name];
        else files[name] = file;
      }
      expect(await troubleOfLoading()).toMatchObject({ code, what: expect.stringContaining(part) });
    },
  );

  test('a file that was stored too short', async () => {
    files['model.safetensors'] = (files['model.safetensors'] as Uint8Array).subarray(0, -4);
    expect(await troubleOfLoading()).toMatchObject({ code: 'model-damaged' });
  });

  test('a tensor that is missing, of another shape or quantised', async () => {
    const all = tensorsOf(CONFIG);
    files['model.safetensors'] = writeSafetensors(all.slice(1));
    expect((await troubleOfLoading()).what).toContain('model.embed_tokens.weight');

    files['model.safetensors'] = writeSafetensors([{ ...all[0], shape: [8, 7] }, ...all.slice(1)]);
    expect((await troubleOfLoading()).what).toContain('expected shape [7,8]');

    const bytes = { ...all[0], dtype: 'I8', bytes: new Uint8Array(56) };
    files['model.safetensors'] = writeSafetensors([bytes, ...all.slice(1)]);
    expect(await troubleOfLoading()).toMatchObject({
      code: 'model-unsupported',
      what: expect.stringContaining('found I8'),
    });
  });

  test('a server that is not there', async () => {
    await expect(openCheckpoint(httpFiles('http://127.0.0.1:1/'))).rejects.toThrow('could not be');
  });
});

test('paths of shards stay inside the folder', async () => {
  for (const path of ['../config.json', '/etc/passwd', 'https://example.org/x', 'a\\b', '', 7]) {
    delete files['model.safetensors'];
    files['model.safetensors.index.json'] = JSON.stringify({ weight_map: { a: path } });
    expect((await troubleOfLoading()).what).toContain('names of files beside it');
  }
});

test('a file that changes while it is read is refused', async () => {
  const wide = { ...CONFIG, vocab_size: 700_000 };
  ranges = true;
  files['config.json'] = JSON.stringify(wide);
  files['model.safetensors'] = writeSafetensors(tensorsOf(wide));
  const { tensors } = await openCheckpoint(httpFiles(url));
  files['model.safetensors'] = (files['model.safetensors'] as Uint8Array).subarray(0, 2 ** 20);
  await expect(tensors.get('lm_head.weight')?.read()).rejects.toMatchObject({
    trouble: { code: 'model-damaged' },
  });
});

test('floatsOf reads all formats, at any offset', () => {
  const memory = new Uint8Array(16);
  const values = (type: 'F32' | 'F16' | 'BF16', bytes: number[]) => {
    memory.set(bytes, 3);
    return [...floatsOf(type, memory.subarray(3, 3 + bytes.length))];
  };
  expect(values('F32', [0, 0, 0x40, 0x40])).toEqual([3]);
  expect(values('F16', [0, 0x3c, 0, 0xc0])).toEqual([1, -2]);
  expect(values('BF16', [0x80, 0x3f])).toEqual([1]);
});
