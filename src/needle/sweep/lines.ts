import { TroubleError } from '../../trouble';
import { differenceOf } from './check-plan';
import type { SampleOutcome, SweepPlan } from './plan';
import { latest } from './summary';

/**
 * A sweep as a text of JSON lines: the plan, then an outcome a line as they came. Lines are only ever added, so
 * what was written stays whatever happens; a last line that was cut off is as good as none.
 */
export interface SweepText {
  plan: SweepPlan;
  outcomes: SampleOutcome[];
  /** Characters up to the end of the last whole line. */
  whole: number;
}

/** What every such text begins with. */
const BEGINNING = '{"sweep":1,';

export function planLine(plan: SweepPlan): string {
  return `${JSON.stringify({ sweep: 1, plan })}\n`;
}

export function outcomeLine(outcome: SampleOutcome): string {
  return `${JSON.stringify(outcome)}\n`;
}

/**
 * Reads such a text. Of several plan lines the last counts: going on with more samples writes one.
 * @param name of the file, for messages
 * @returns null for a text without a whole line
 * @throws TroubleError `bad-input` for a text that is no sweep, naming the line
 */
export function readSweep(name: string, text: string): SweepText | null {
  const whole = text.lastIndexOf('\n') + 1;
  if (whole === 0) {
    if (!text.startsWith(BEGINNING) && !BEGINNING.startsWith(text)) refuse(name, 1);
    return null;
  }
  let plan: SweepPlan | null = null;
  const outcomes: SampleOutcome[] = [];
  for (const [index, line] of text
    .slice(0, whole - 1)
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    if (isPlanLine(value)) plan = value.plan;
    else if (plan && isOutcome(value)) outcomes.push(value);
    else refuse(name, index + 1);
  }
  return plan ? { plan, outcomes, whole } : null;
}

/**
 * Several parts of one sweep as one.
 * @throws TroubleError `bad-input` where they are not of one sweep, with the reason
 */
export function mergeSweeps(parts: ({ name: string } & SweepText)[]): {
  plan: SweepPlan;
  outcomes: SampleOutcome[];
} {
  const [first, ...others] = parts;
  for (const other of others) {
    const difference = differenceOf(first.plan, other.plan);
    if (difference) {
      throw new TroubleError(
        'bad-input',
        `${first.name} and ${other.name} are not parts of one sweep. ${difference}`,
        'Merge only files that the same command wrote.',
      );
    }
  }
  const samples = Math.max(...parts.map(({ plan }) => plan.samples));
  // A result counts more than a failure that another part had at the same sample.
  const failed = parts.flatMap(({ outcomes }) => outcomes.filter((one) => 'trouble' in one));
  const found = parts.flatMap(({ outcomes }) => outcomes.filter((one) => 'result' in one));
  return { plan: { ...first.plan, samples }, outcomes: latest([...failed, ...found]) };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isPlanLine(value: unknown): value is { sweep: 1; plan: SweepPlan } {
  return typeof value === 'object' && value !== null && 'sweep' in value && 'plan' in value;
}

function isOutcome(value: unknown): value is SampleOutcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    'sample' in value &&
    ('result' in value || 'trouble' in value)
  );
}

function refuse(name: string, line: number): never {
  throw new TroubleError(
    'bad-input',
    `${name} is not the file of a sweep: line ${line} is neither a plan nor a sample.`,
    'Choose a file that a sweep wrote, or a new one.',
  );
}
