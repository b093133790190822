/** The first line of an answer that says something, without white space around it. */
export function firstLine(answer: string): string {
  const lines = answer.split(/[\r\n]/).map((line) => line.trim());
  return lines.find((line) => line !== '') ?? '';
}

/**
 * Whether the first line of an answer contains what was expected, as whole words, in any case of letters:
 * 48213 is not in 482133.
 */
export function isCorrect(answer: string, expected: string): boolean {
  const words = expected.trim().split(/\s+/).map(escaped);
  const pattern = `(?<![\\p{L}\\p{N}_])${words.join('\\s+')}(?![\\p{L}\\p{N}_])`;
  return new RegExp(pattern, 'iu').test(firstLine(answer));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
