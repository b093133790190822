import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Row {
  preset: string;
  claim: string;
  measured: string;
  /** null: the model at hand refuses the strategy. */
  reproduced: boolean | null;
}

const README = fileURLToPath(new URL('../../../../README.md', import.meta.url));
const BEGIN = '<!-- directions: written by `npm run lab -- directions --write` -->';
const END = '<!-- end of directions -->';

export function verdict({ reproduced }: Row): string {
  if (reproduced === null) return 'not measured';
  return reproduced ? 'reproduced' : '**not reproduced**';
}

/** The rows as a Markdown table. */
export function table(rows: Row[], heading: string): string {
  const lines = rows.map((row) =>
    [`\`${row.preset}\``, row.claim, row.measured, verdict(row)].join(' | '),
  );
  return [
    heading,
    '',
    '| preset | claim | measured | |',
    '|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

/** Puts the table where the README has its place. */
export function writeReadme(text: string): void {
  const readme = readFileSync(README, 'utf8');
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error('The README has no place for the table of directions.');
  writeFileSync(README, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}
