import { parseArgs } from 'node:util';
import type { HeadlessRun, RunOptions } from '../../../../src/app/headless-types';
import type { Calibration } from '../../../../src/strategies/calibration';
import { readArguments } from '../arguments';
import { UsageError } from '../flags';
import { CallError, type Session } from '../session';
import { DIRECTIONS } from './directions';
import { Experiment } from './experiment';
import { type Row, table, verdict, writeReadme } from './table';

export const DIRECTIONS_USAGE =
  'npm run lab -- directions [--prompts N] [--only preset,…] [--write] [--json] [--adapter A] [--model DIR]';

/** Measures what the papers claim, preset by preset, on the loaded model. */
export async function measureDirections(words: string[], session: Session): Promise<void> {
  const { values } = parseArgs({
    args: words,
    options: {
      prompts: { type: 'string', default: '8' },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      adapter: { type: 'string' },
      model: { type: 'string' },
    },
  });
  const prompts = Number(values.prompts);
  if (!Number.isInteger(prompts) || prompts < 1) {
    throw new UsageError(`--prompts must be a whole number from 1 on, found "${values.prompts}".`);
  }
  const wanted = values.only?.split(',');
  const chosen = DIRECTIONS.filter(({ preset }) => !wanted || wanted.includes(preset));
  if (chosen.length === 0) {
    throw new UsageError(
      `--only names none of ${DIRECTIONS.map(({ preset }) => preset).join(', ')}.`,
    );
  }
  const where = ['adapter', 'model'].flatMap((flag) => {
    const value = values[flag as 'adapter' | 'model'];
    return value === undefined ? [] : [`--${flag}`, value];
  });
  const base = readArguments(['run', ...where]);
  const run = (options: RunOptions) =>
    session.call({ ...base, call: { command: 'run', options } }) as Promise<HeadlessRun>;
  const measureInduction = async () => {
    const options = { kinds: ['head-classes' as const] };
    const found = await session.call({ ...base, call: { command: 'calibrate', options } });
    return (found as Calibration).headClasses?.induction ?? [];
  };
  const experiment = new Experiment(run, measureInduction, prompts);
  const rows: Row[] = [];
  for (const { preset, claim, measure } of chosen) {
    const row: Row = { preset, claim, ...(await measure(experiment).catch(refusal)) };
    rows.push(row);
    console.error(`${preset}, ${verdict(row)}: ${row.measured}`);
  }
  const { model, adapter } = await experiment.run({ strategy: 'dense', length: 512, seed: 1 });
  const heading =
    `${rows.filter(({ reproduced }) => reproduced === true).length} of ${rows.length} reproduced, ` +
    `${prompts} needle prompts of 512 tokens a figure unless another length is given, ` +
    `model ${model}, adapter ${adapter}, f32.`;
  const text = table(rows, heading);
  console.log(values.json ? JSON.stringify({ model, adapter, prompts, rows }) : text);
  if (values.write) writeReadme(text);
}

/** A strategy that this model refuses has a row all the same, with the reason. */
function refusal(error: unknown): Pick<Row, 'measured' | 'reproduced'> {
  if (error instanceof CallError) return { measured: error.message, reproduced: null };
  throw error;
}
