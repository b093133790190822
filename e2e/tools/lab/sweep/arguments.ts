import { parseArgs } from 'node:util';
import { completePlan, parseSteps, type WishedPlan } from '../../../../src/needle/sweep/check-plan';
import type { Shard } from '../../../../src/needle/sweep/order';
import { parseStrategy } from '../../../../src/needle/sweep/strategy-title';
import { taskFrom } from '../../../../src/needle/tasks/registry';
import { type Arguments, adapterOf, modelPlace, outFile } from '../arguments';
import { Flags, fromHere, readFile, UsageError } from '../flags';

export type SummaryFormat = 'text' | 'json' | 'csv';

export interface SweepArguments extends Pick<Arguments, 'adapter' | 'model' | 'precision'> {
  /** All of the plan that does not depend on the loaded model. */
  plan: Omit<WishedPlan, 'model'>;
  /** What `calibrate` wrote; undefined: what came with the model. */
  calibration: unknown;
  /** File of the outcomes, absolute. */
  out: string;
  shard: Shard;
  format: SummaryFormat;
}

export interface MergeArguments {
  /** Absolute. */
  files: string[];
  out: string | null;
  format: SummaryFormat;
}

export const SWEEP_USAGE = `npm run lab -- sweep --lengths 256,512 --depths 0,50,100 --out FILE [flags]
  asks needles in every cell of a grid under every strategy; each answer is in FILE at once,
  and the same command goes on where it was stopped
  --strategy ID[:axis.parameter=value,…]  any number of times; without it, dense
  --task ID [--set-task name=value]…      without it, a single needle
  --samples N (3), --seed S (1), --max-tokens M, --haystack ID | --text FILE, --calibration FILE
  --shard i/n   only the i-th of n parts, each into a FILE of its own
npm run lab -- merge FILES… [--out FILE]
  puts the parts of a sweep together
sweep, merge    --json or --csv: the summary by cell, instead of a table for people`;

const USUAL_TASK = 'single-needle';
const USUAL_HAYSTACK = 'stories';
const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'string', multiple: true } as const;
const SWITCH = { type: 'boolean' } as const;

/** @throws UsageError or TroubleError that names what is wrong */
export function readSweepArguments(words: string[]): SweepArguments {
  const flags = parsed(() =>
    parseArgs({
      args: words,
      options: {
        lengths: TEXT,
        depths: TEXT,
        strategy: TEXTS,
        samples: TEXT,
        seed: TEXT,
        task: TEXT,
        'set-task': TEXTS,
        haystack: TEXT,
        text: TEXT,
        'max-tokens': TEXT,
        calibration: TEXT,
        model: TEXT,
        adapter: TEXT,
        out: TEXT,
        shard: TEXT,
        json: SWITCH,
        csv: SWITCH,
      },
    }),
  );
  const text = flags.text('text');
  if (text !== undefined && flags.text('haystack') !== undefined) {
    throw new UsageError('Give --haystack or --text, not both.');
  }
  const steps = (name: string) => parseSteps(`--${name}`, flags.required(name, flags.text(name)));
  const maxTokens = flags.number('max-tokens');
  const model = flags.text('model');
  return {
    plan: checked({
      haystack:
        text === undefined
          ? { id: flags.text('haystack') ?? USUAL_HAYSTACK }
          : { title: text, text: readFile('text', text) },
      task: taskFrom(flags.text('task') ?? USUAL_TASK, flags.texts('set-task') ?? []),
      lengths: steps('lengths'),
      depths: steps('depths'),
      strategies: (flags.texts('strategy') ?? ['dense']).map(parseStrategy),
      samples: flags.number('samples') ?? 3,
      seed: flags.number('seed') ?? 1,
      ...(maxTokens !== undefined && { maxTokens }),
    }),
    calibration: flags.json('calibration'),
    adapter: adapterOf(flags.text('adapter')),
    precision: 'f32',
    model: model === undefined ? null : modelPlace(model),
    out: outFile(flags.required('out', flags.text('out'))),
    shard: shardOf(flags.text('shard') ?? '1/1'),
    format: formatOf(flags),
  };
}

/** @throws UsageError that names what is wrong */
export function readMergeArguments(words: string[]): MergeArguments {
  let files: string[] = [];
  const flags = parsed(() => {
    const { values, positionals } = parseArgs({
      args: words,
      options: { out: TEXT, json: SWITCH, csv: SWITCH },
      allowPositionals: true,
    });
    files = positionals;
    return { values };
  });
  if (files.length === 0) throw new UsageError('merge needs the files of a sweep.');
  const out = flags.text('out');
  return {
    files: files.map(fromHere),
    out: out === undefined ? null : outFile(out),
    format: formatOf(flags),
  };
}

function parsed(parse: () => { values: ConstructorParameters<typeof Flags>[0] }): Flags {
  try {
    return new Flags(parse().values);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** What is wrong with a plan must come out before a browser is started. */
function checked(plan: SweepArguments['plan']): SweepArguments['plan'] {
  const unknown = { name: '', parameters: 0, precision: 'f32' as const, calibration: null };
  const { model, ...complete } = completePlan({ ...plan, model: unknown });
  return complete;
}

function shardOf(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!(index >= 1 && index <= count)) {
    throw new UsageError(`--shard must be i/n with i from 1 to n, found "${text}".`);
  }
  return { index: index - 1, count };
}

function formatOf(flags: Flags): SummaryFormat {
  if (flags.on('json') && flags.on('csv')) throw new UsageError('Give --json or --csv, not both.');
  return flags.on('json') ? 'json' : flags.on('csv') ? 'csv' : 'text';
}
