/** What makes an answer right. */
export interface AnswerCheck {
  /** Values that a right answer names. */
  expected: string[];
  /** Only the last of them must be there: the end of a chain. */
  lastDecides?: boolean;
  /** Values of the same kind that a right answer does not name. */
  wrong?: string[];
}

export interface Verdict {
  correct: boolean;
  /** Share of the expected words that the answer holds, each counted as often as expected (ROUGE-1 recall). */
  score: number;
}

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

/** Judges the first line of an answer. */
export function judge(answer: string, check: AnswerCheck): Verdict {
  const { expected, lastDecides = false, wrong = [] } = check;
  const needed = lastDecides ? expected.slice(-1) : expected;
  const correct =
    needed.every((value) => isCorrect(answer, value)) &&
    !wrong.some((value) => isCorrect(answer, value));
  return { correct, score: wordRecall(firstLine(answer), expected.join(' ')) };
}

function wordRecall(answer: string, expected: string): number {
  const given = countWords(answer);
  const wanted = countWords(expected);
  let found = 0;
  let all = 0;
  for (const [word, count] of wanted) {
    found += Math.min(count, given.get(word) ?? 0);
    all += count;
  }
  return all === 0 ? 1 : found / all;
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}_]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
