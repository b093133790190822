import { expect, test } from 'vitest';
import { sourceOf } from './picked-source';

const picked = (...paths: string[]) =>
  paths.map((path) => ({ path, file: new File(['x'], path.split('/').at(-1) ?? '') }));
const pathsOf = (...paths: string[]) => {
  const { name, files } = sourceOf(picked(...paths));
  return [name, files.map(({ path }) => path)];
};

test('a folder is a model by the name of the folder', () => {
  expect(pathsOf('tiny/config.json', 'tiny/model.safetensors', 'tiny/sub/x.txt')).toEqual([
    'tiny',
    ['config.json', 'model.safetensors', 'sub/x.txt'],
  ]);
});

test('a folder around the model is left out', () => {
  expect(pathsOf('all/a.txt', 'all/tiny/config.json', 'all/tiny/model.safetensors')).toEqual([
    'tiny',
    ['config.json', 'model.safetensors'],
  ]);
});

test('files without a folder are one, and a single one has its own name', () => {
  expect(pathsOf('config.json', 'model.safetensors')[1]).toHaveLength(2);
  expect(pathsOf('model-Q8_0.gguf')).toEqual(['model-Q8_0.gguf', ['model-Q8_0.gguf']]);
});

test.each([[[]], [['a.txt', 'b.png']]])('what holds no model is refused', (paths) => {
  expect(() => sourceOf(picked(...paths))).toThrow('no model');
});
