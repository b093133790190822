import { describe, expect, test } from 'vitest';
import { batchLines, splitWords } from './batch';

test('batchLines leaves out empty lines and comments', () => {
  expect(batchLines('--seed 1\r\n\n  # a comment\n --seed 2 ')).toEqual(['--seed 1', '--seed 2']);
});

describe('splitWords', () => {
  test.each([
    ['run --seed 1', ['run', '--seed', '1']],
    ['  a\t b ', ['a', 'b']],
    [`--needle "The code's 1." --question ''`, ['--needle', "The code's 1.", '--question', '']],
    [`a"b c"'d e'f`, ['ab cd ef']],
    [String.raw`"a \"b\" \n \\" c\ d`, ['a "b" \\n \\', 'c d']],
    ['--needle=""', ['--needle=']],
    ['', []],
  ])('%s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  test.each([`--needle "open`, `it's`, 'end\\'])('refuses %s', (line) => {
    expect(() => splitWords(line)).toThrow('Nothing ends');
  });
});
