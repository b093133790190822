import { expect, test } from 'vitest';
import { loadRequestIn } from './load-request';

test.each([
  ['', 'https://host/lab/models/needle-2.4m/', 'auto', false],
  ['?precision=f32', 'https://host/lab/models/needle-2.4m/', 'f32', false],
  ['?model=../other/tiny&precision=f64', 'https://host/other/tiny/', 'auto', false],
  ['?model=https://elsewhere/m/', 'https://elsewhere/m/', 'auto', true],
  ['?model=https://host.evil/m/', 'https://host.evil/m/', 'auto', true],
])('the address "%s" loads %s', (query, url, precision, keep) => {
  expect(loadRequestIn(`https://host/lab/${query}#length=512`)).toMatchObject({
    source: { kind: 'url', url },
    precision,
    keep,
  });
});

test('a hub id is a model too, and never brings a hub or a token with it', () => {
  const request = loadRequestIn('https://host/?model=hub:owner/name&hub=https://evil&token=x');
  expect(request).toEqual({
    source: { kind: 'hub', id: 'owner/name', revision: 'main', file: null },
    precision: 'auto',
    keep: true,
    hub: 'https://huggingface.co',
  });
  expect(() => loadRequestIn('https://host/?model=hub:')).toThrow('hub id');
});
