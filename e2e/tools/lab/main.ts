import { writeFileSync } from 'node:fs';
import type { Steps } from '../../../src/app/headless-types';
import { TroubleError } from '../../../src/trouble';
import { type Arguments, readArguments, readBatch, USAGE } from './arguments';
import { batchLines, splitWords } from './batch';
import { DIRECTIONS_USAGE, measureDirections } from './directions/main';
import { UsageError } from './flags';
import { measurePanels, PANELS_USAGE } from './panels';
import { readable } from './print';
import { Session } from './session';
import { SWEEP_USAGE } from './sweep/arguments';
import { merge, sweep } from './sweep/main';

const PROGRESS_EVERY_MS = 5000;

/**
 * Runs one command line, or each line of its batch file.
 * @param words the arguments
 * @param prepare called when the first arguments are understood, before the page is opened
 * @returns the exit code
 */
export async function main(words: string[], prepare: () => Promise<void>): Promise<number> {
  if (words.length === 0 || words.includes('--help')) {
    console.log([USAGE, SWEEP_USAGE, DIRECTIONS_USAGE, PANELS_USAGE].join('\n\n'));
    return words.length === 0 ? 1 : 0;
  }
  const session = new Session(printProgress());
  try {
    if (words[0] === 'directions') {
      await prepare();
      await measureDirections(words.slice(1), session);
      return 0;
    }
    if (words[0] === 'panels') {
      await measurePanels(words.slice(1), prepare);
      return 0;
    }
    if (words[0] === 'sweep') return await sweep(words.slice(1), prepare);
    if (words[0] === 'merge') return merge(words.slice(1));
    const batch = readBatch(words);
    if (batch !== null) return await runBatch(session, words, batch, prepare);
    const parsed = readArguments(words);
    await prepare();
    const result = await perform(session, parsed);
    console.log(parsed.json ? JSON.stringify(result) : readable(parsed.call.command, result));
    return 0;
  } catch (error) {
    console.error(message(error));
    if (error instanceof UsageError) console.error('`npm run lab -- --help` lists the flags.');
    return 1;
  } finally {
    await session.close();
  }
}

/**
 * Each line adds its flags to those of the command line itself; a line may begin with a command of its own.
 * A line that fails gives `{"error": …}`, and the rest goes on.
 */
async function runBatch(
  session: Session,
  words: string[],
  batch: string,
  prepare: () => Promise<void>,
): Promise<number> {
  await prepare();
  let code = 0;
  for (const line of batchLines(batch)) {
    try {
      const result = await perform(session, readArguments(words, splitWords(line)));
      console.log(JSON.stringify(result));
    } catch (error) {
      console.log(JSON.stringify({ error: message(error) }));
      console.error(`${line}: ${message(error)}`);
      code = 1;
    }
  }
  return code;
}

async function perform(session: Session, words: Arguments): Promise<unknown> {
  const result = await session.call(words);
  if (words.out) writeFileSync(words.out, `${JSON.stringify(result)}\n`);
  return result;
}

/** A line to the error stream now and then, and at the end of each measurement. */
function printProgress(): (steps: Steps) => void {
  let last = 0;
  return ({ done, total, what }) => {
    if (done < total && Date.now() - last < PROGRESS_EVERY_MS) return;
    last = Date.now();
    console.error(`${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
  };
}

function message(error: unknown): string {
  if (error instanceof TroubleError) return `${error.trouble.what} ${error.trouble.advice}`;
  return error instanceof Error ? error.message : String(error);
}
