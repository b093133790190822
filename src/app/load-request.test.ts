import { expect, test } from 'vitest';
import { loadRequestIn } from './load-request';

test.each([
  ['', 'https://host/lab/models/needle-2m/', 'auto'],
  ['?precision=f32', 'https://host/lab/models/needle-2m/', 'f32'],
  ['?model=../other/tiny&precision=f64', 'https://host/other/tiny/', 'auto'],
  ['?model=https://elsewhere/m/', 'https://elsewhere/m/', 'auto'],
])('the address "%s" loads %s', (query, url, precision) => {
  expect(loadRequestIn(`https://host/lab/${query}#length=512`)).toEqual({ url, precision });
});
