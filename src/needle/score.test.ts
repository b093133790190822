import { describe, expect, test } from 'vitest';
import { firstLine, isCorrect } from './score';

test('firstLine skips empty lines', () => {
  expect(firstLine('\n \n The code is 1.\nQuestion: What')).toBe('The code is 1.');
  expect(firstLine('')).toBe('');
});

describe('isCorrect', () => {
  test.each([
    [' The secret code of Kyoto is 48213.', '48213', true],
    [' The secret code of Kyoto is 482133.', '48213', false],
    [' The secret code of Kyoto is 148213.', '48213', false],
    ['the fruit is Mango', 'mango', true],
    ['the fruits are mangos', 'mango', false],
    ['in the old\tMill.', 'old mill', true],
    ['I do not know.\nIt is 48213.', '48213', false],
    ['\n\nIt is 48213.', '48213', true],
    ['it costs 3-50', '3.50', false],
    ['it costs (3.50)', '3.50', true],
    ['Zürich', 'Z', false],
    ['a-b', 'a-b', true],
    ['', '48213', false],
  ])('%j against %j: %j', (answer, expected, correct) => {
    expect(isCorrect(answer, expected)).toBe(correct);
  });
});
