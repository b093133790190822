import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { differenceOf } from '../../../../src/needle/sweep/check-plan';
import {
  outcomeLine,
  planLine,
  readSweep,
  type SweepText,
} from '../../../../src/needle/sweep/lines';
import type { SampleOutcome, SweepPlan } from '../../../../src/needle/sweep/plan';
import type { SweepStore } from '../../../../src/needle/sweep/run-sweep';
import { TroubleError } from '../../../../src/trouble';

/** What a file holds of a sweep; null where it is not there or empty. @throws TroubleError where it is none. */
export function readSweepFile(path: string): SweepText | null {
  return existsSync(path) ? readSweep(path, readFileSync(path, 'utf8')) : null;
}

/** @throws TroubleError where the file belongs to another sweep */
export function checkSameSweep(path: string, before: SweepPlan, wished: SweepPlan): void {
  const difference = differenceOf(before, wished);
  if (!difference) return;
  throw new TroubleError(
    'bad-input',
    `${path} holds another sweep. ${difference}`,
    'Name another file with --out, or give the flags that it was begun with.',
  );
}

/** A file that outcomes are added to, line by line. */
export class SweepFile implements SweepStore {
  private constructor(private readonly handle: number) {}

  /**
   * Goes on with a file, or begins it; a last line that was cut off is taken away.
   * @param before what `readSweepFile` found
   */
  static open(path: string, plan: SweepPlan, before: SweepText | null): SweepFile {
    if (before) {
      const text = readFileSync(path, 'utf8');
      truncateSync(path, Buffer.byteLength(text.slice(0, before.whole)));
    }
    const file = new SweepFile(openSync(path, before ? 'a' : 'w'));
    if (before?.plan.samples !== plan.samples) file.write(planLine(plan));
    return file;
  }

  async add(outcome: SampleOutcome): Promise<void> {
    this.write(outcomeLine(outcome));
  }

  close(): void {
    closeSync(this.handle);
  }

  private write(line: string): void {
    writeSync(this.handle, line);
    fdatasyncSync(this.handle);
  }
}

/** Writes a whole sweep; a file that is there is replaced only when all is written. */
export function writeSweepFile(path: string, plan: SweepPlan, outcomes: SampleOutcome[]): void {
  const whole = `${path}.part`;
  writeFileSync(whole, planLine(plan) + outcomes.map(outcomeLine).join(''));
  renameSync(whole, path);
}
