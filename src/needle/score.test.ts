import { describe, expect, test } from 'vitest';
import { firstLine, isCorrect, judge } from './score';

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

describe('judge', () => {
  const numbers = { expected: ['12345', '67890'] };

  test.each([
    ['They are 12345 and 67890.', true, 1],
    ['They are 67890, 12345 and 11111.', true, 1],
    ['They are 12345 and 12345.', false, 0.5],
    ['I do not know.', false, 0],
    ['12345\n67890', false, 0.5],
    ['', false, 0],
  ])('%j: %j, %d', (answer, correct, score) => {
    expect(judge(answer, numbers)).toEqual({ correct, score });
  });

  test('a word counts as often as it is expected', () => {
    const check = { expected: ['red box', 'red jar'] };
    expect(judge('a red jar', check)).toEqual({ correct: false, score: 0.5 });
    expect(judge('a Red Box in a red jar', check)).toEqual({ correct: true, score: 1 });
    expect(judge('red red box jar', check)).toEqual({ correct: false, score: 1 });
  });

  test('where the last decides, the others only score', () => {
    const check = { expected: ['box', 'garden'], lastDecides: true };
    expect(judge('in the garden', check)).toEqual({ correct: true, score: 0.5 });
    expect(judge('in the box', check)).toEqual({ correct: false, score: 0.5 });
  });

  test('a wrong value spoils a right answer', () => {
    expect(judge('12345, 67890 or 5', { ...numbers, wrong: ['5'] }).correct).toBe(false);
  });
});
