/** The command lines of a batch file: empty lines and lines that begin with # are left out. */
export function batchLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * Cuts a line into words as a shell does: white space separates, '…' and "…" hold together, a backslash takes
 * the next character as it is (inside "…" only before " and \).
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const part = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)|(.)/gsu;
  let word: string | null = null;
  for (const [all, single, double, escaped, plain, space] of line.matchAll(part)) {
    if (space !== undefined) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    // What is left is a quote that nobody closes, or a backslash at the end.
    const quoted = double?.replace(/\\(["\\])/g, '$1');
    const text = single ?? quoted ?? escaped ?? plain;
    if (text === undefined) throw new Error(`Nothing ends the ${all} in: ${line}`);
    word = (word ?? '') + text;
  }
  if (word !== null) words.push(word);
  return words;
}
