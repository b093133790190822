import { expect, test } from 'vitest';
import { addressOfSource, hubSource, parseSource } from './source';

const BASE = 'https://page.example/app/';

test.each([
  ['hub:owner/name', { kind: 'hub', id: 'owner/name', revision: 'main', file: null }],
  ['hub:owner/name@v1.0', { kind: 'hub', id: 'owner/name', revision: 'v1.0', file: null }],
  ['hub:gpt2', { kind: 'hub', id: 'gpt2', revision: 'main', file: null }],
  [
    'hub:owner/name@main:sub/m-Q8_0.gguf',
    { kind: 'hub', id: 'owner/name', revision: 'main', file: 'sub/m-Q8_0.gguf' },
  ],
  ['hub:owner/name:m.gguf', { kind: 'hub', id: 'owner/name', revision: 'main', file: 'm.gguf' }],
  ['models/needle-2.4m', { kind: 'url', url: `${BASE}models/needle-2.4m/` }],
  ['https://a.example/m/model.gguf', { kind: 'url', url: 'https://a.example/m/model.gguf' }],
  ['https://a.example/m?x=1#y', { kind: 'url', url: 'https://a.example/m/?x=1' }],
  [
    'https://huggingface.co/owner/name/tree/dev',
    { kind: 'hub', id: 'owner/name', revision: 'dev', file: null },
  ],
  [
    'https://huggingface.co/owner/name/blob/main/m.gguf',
    { kind: 'hub', id: 'owner/name', revision: 'main', file: 'm.gguf' },
  ],
])('%s', (text, expected) => {
  const source = parseSource(text, BASE);
  expect(source).toEqual(expected);
  expect(parseSource(addressOfSource(source) ?? '', BASE)).toEqual(source);
});

test.each([
  'hub:',
  'hub:a/b/c',
  'hub:../x',
  'hub:a/b@../..',
  'hub:a b/c',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'http://',
])('refuses %s', (text) => {
  expect(() => parseSource(text, BASE)).toThrow();
});

test('local files have no address', () => {
  expect(addressOfSource({ kind: 'files', name: 'm', files: [] })).toBeNull();
  expect(addressOfSource(hubSource('a/b', 'v2'))).toBe('hub:a/b@v2');
});
