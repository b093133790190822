import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type {
  BenchOptions,
  CalibrateOptions,
  CompareOptions,
  HeadsOptions,
  LogitsOptions,
  PerplexityOptions,
  PromptOptions,
  RunOptions,
  StrategyOptions,
  TileOptions,
} from '../../../src/app/headless-types';
import { CALIBRATION_KINDS } from '../../../src/strategies/calibration';
import { DUMP_PARTS, PRECISIONS, type Precision } from '../../../src/worker/protocol';
import { Flags, fromHere, readFile, UsageError, type Values } from './flags';

/** One call of `window.needlescope`. */
export type Call =
  | { command: 'run'; options: RunOptions }
  | { command: 'compare'; options: CompareOptions }
  | { command: 'logits'; options: LogitsOptions }
  | { command: 'tile'; options: TileOptions }
  | { command: 'heads'; options: HeadsOptions }
  | { command: 'perplexity'; options: PerplexityOptions }
  | { command: 'bench'; options: BenchOptions }
  | { command: 'calibrate'; options: CalibrateOptions }
  | { command: 'strategies'; options: Record<string, never> };

export interface Arguments {
  call: Call;
  json: boolean;
  adapter: 'gpu' | 'software';
  /** Folder or GGUF file of another model, absolute, or hub:owner/name. */
  model: string | null;
  /** What matrices of floats become on the GPU. */
  precision: Exclude<Precision, 'auto'>;
  /** File that the result goes into as well, absolute. */
  out: string | null;
}

const STRATEGY_FLAGS = ['strategy', 'set', 'calibration'];
const PROMPT_FLAGS = [
  ...STRATEGY_FLAGS,
  'haystack',
  'text',
  'length',
  'depth',
  'needle',
  'question',
  'expected',
  'task',
  'set-task',
  'seed',
  'chat',
];
/** Flags without a value. */
const SWITCHES = ['json', 'recall', 'time-stages', 'mass', 'curves', 'roofline', 'chat'];
/** Flags that may be given any number of times. */
const SEVERAL = ['set', 'with-set', 'set-task'];
const GENERAL_FLAGS = ['json', 'adapter', 'model', 'precision', 'batch'];
const IDS_FLAGS = ['ids', 'context', 'documents', 'max-tokens'];
const RUN_FLAGS = [
  ...PROMPT_FLAGS,
  ...IDS_FLAGS,
  'temperature',
  'top-k',
  'top-p',
  'recall',
  'time-stages',
  'dump',
];
const COMMAND_FLAGS: Record<Call['command'], string[]> = {
  run: RUN_FLAGS,
  compare: [...RUN_FLAGS, 'with', 'with-set'],
  logits: ['ids', 'top'],
  tile: [...STRATEGY_FLAGS, 'ids', 'layer', 'head', 'queries', 'keys'],
  heads: [...PROMPT_FLAGS, ...IDS_FLAGS, 'mass', 'curves'],
  perplexity: [
    ...STRATEGY_FLAGS,
    'strategies',
    'haystack',
    'text',
    'length',
    'start',
    'prompt',
    'ids',
    'out',
  ],
  bench: [...STRATEGY_FLAGS, 'haystack', 'text', 'lengths', 'ids', 'steps', 'roofline', 'out'],
  calibrate: ['kinds', 'out'],
  strategies: [],
};

export const USAGE = `npm run lab -- <command> [flags]
  run         answer one prompt
  compare     answer one prompt under two strategies, and KL(first‖second) of the next token
              along the first answer: --with ID [--with-set axis.parameter=value]
  logits      logits after a list of token ids: --ids 1,2,3 [--top 10]
  tile        attention weights: --ids 1,2,3 --layer L|mean|max --head H|mean|max --queries a:b
              --keys a:b (mean or max: of all heads that saw the pair, and of all layers)
  heads       what every head does over a prompt and its answer: sink, entropy, distance,
              influence, copy and retrieval scores; hidden sinks;
              [--mass] (weight by layer and position) [--curves] (WAAD and FAI by position)
  perplexity  feed a text token by token: [--strategies "window snapkv:cache.budget=64"]
              [--length N] [--start 0..100] [--prompt N] [--ids 1,2,3] [--out FILE]
  bench       the speed table: [--lengths 512,2048] [--steps N] [--ids 1,2,3]
              [--roofline] (what the adapter can do at best) [--out FILE]
  calibrate   measure heads of the model: [--kinds ${CALIBRATION_KINDS.join(',')}] [--out FILE]
  strategies  what can be chosen, with parameters and papers
prompt        --haystack ID | --text FILE, --length N, --depth 0..100, --seed S,
              --needle T --question T --expected T | --task ID [--set-task name=value]…,
              --chat (through the model's chat template)
strategy      --strategy ID, --set axis.parameter=value (any number of times),
              --calibration FILE (as calibrate makes it; without it, what came with the model)
run, compare, heads
              --ids 1,2,3 [--context N] [--documents 1,40] instead of a text,
              --max-tokens M (0 only reads)
run, compare  --temperature T, --top-k K, --top-p P,
              --recall (share of dense attention's weight that was computed),
              --time-stages (GPU time of selection and of attention),
              --dump kept,mask,selected (positions kept, computed and read, by layer and head)
all           --json, --model DIR|FILE|hub:owner/name[@revision][:file.gguf],
              --precision f32|f16|int8|int4 (of floats; blocks of a GGUF file stay as they are),
              --adapter gpu|software, --batch FILE (one line of flags a call)`;

/** The file that `--batch` names, and its text; null without that flag. */
export function readBatch(words: string[]): string | null {
  const { batch } = parse(words).values;
  return typeof batch === 'string' ? readFile('batch', batch) : null;
}

/**
 * Reads a command line.
 * @param words the arguments
 * @param line those of a line in a batch file, which add to them; its command and flags win
 * @throws UsageError that names what is wrong
 */
export function readArguments(words: string[], line: string[] = []): Arguments {
  const outer = parse(words);
  const inner = parse(line);
  if (inner.values.batch !== undefined) {
    throw new UsageError('A line of a batch file cannot have --batch.');
  }
  const values: Values = { ...outer.values, ...inner.values };
  for (const name of SEVERAL) {
    const settings = [outer.values[name] ?? [], inner.values[name] ?? []].flat();
    if (settings.length > 0) values[name] = settings.map(String);
  }
  const command = commandOf(inner.positionals.length > 0 ? inner.positionals : outer.positionals);
  for (const name of Object.keys(values)) {
    if (!GENERAL_FLAGS.includes(name) && !COMMAND_FLAGS[command].includes(name)) {
      const flags = COMMAND_FLAGS[command].map((flag) => `--${flag}`).join(', ') || 'none';
      throw new UsageError(`${command} has no flag --${name}. Its flags: ${flags}.`);
    }
  }
  return {
    call: readCall(command, new Flags(values)),
    json: values.json === true,
    adapter: adapterOf(values.adapter),
    model: typeof values.model === 'string' ? modelPlace(values.model) : null,
    precision: precisionOf(values.precision),
    out: typeof values.out === 'string' ? outFile(values.out) : null,
  };
}

function parse(words: string[]): { values: Values; positionals: string[] } {
  const names = [...GENERAL_FLAGS, ...Object.values(COMMAND_FLAGS).flat()];
  const options = Object.fromEntries(
    names.map((name) => [
      name,
      {
        type: SWITCHES.includes(name) ? ('boolean' as const) : ('string' as const),
        multiple: SEVERAL.includes(name),
      },
    ]),
  );
  try {
    return parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function commandOf(positionals: string[]): Call['command'] {
  const commands = Object.keys(COMMAND_FLAGS) as Call['command'][];
  const [word, ...more] = positionals;
  const command = commands.find((candidate) => candidate === word);
  if (!command) {
    const found = word === undefined ? 'nothing' : `"${word}"`;
    throw new UsageError(`The command must be one of ${commands.join(', ')}, found ${found}.`);
  }
  if (more.length > 0) throw new UsageError(`"${more[0]}" belongs to no flag.`);
  return command;
}

function readCall(command: Call['command'], flags: Flags): Call {
  switch (command) {
    case 'run':
      return { command, options: runOptions(flags) };
    case 'compare':
      return {
        command,
        options: {
          ...runOptions(flags),
          ...defined({ with: flags.text('with'), withSet: flags.texts('with-set') }),
        },
      };
    case 'logits':
      return {
        command,
        options: { ids: flags.wholes('ids'), ...defined({ top: flags.number('top') }) },
      };
    case 'tile':
      return {
        command,
        options: {
          ...strategyOptions(flags),
          ids: flags.wholes('ids'),
          layer: flags.indexOrAggregate('layer'),
          head: flags.indexOrAggregate('head'),
          queries: flags.range('queries'),
          keys: flags.range('keys'),
        },
      };
    case 'heads':
      return {
        command,
        options: {
          ...promptOptions(flags),
          ...idsOptions(flags),
          ...defined({ mass: flags.on('mass'), curves: flags.on('curves') }),
        },
      };
    case 'perplexity':
      return {
        command,
        options: {
          ...strategyOptions(flags),
          ...textOptions(flags),
          ...defined({
            strategies: flags
              .text('strategies')
              ?.split(/\s+/)
              .filter((word) => word !== ''),
            length: flags.number('length'),
            start: flags.number('start'),
            prompt: flags.number('prompt'),
            ids: flags.text('ids') === undefined ? undefined : flags.wholes('ids'),
          }),
        },
      };
    case 'bench':
      return {
        command,
        options: {
          ...strategyOptions(flags),
          ...textOptions(flags),
          ...defined({
            lengths: flags.text('lengths') === undefined ? undefined : flags.wholes('lengths'),
            ids: flags.text('ids') === undefined ? undefined : flags.wholes('ids'),
            steps: flags.number('steps'),
            roofline: flags.on('roofline'),
          }),
        },
      };
    case 'calibrate':
      return { command, options: defined({ kinds: flags.choices('kinds', CALIBRATION_KINDS) }) };
    case 'strategies':
      return { command, options: {} };
  }
}

function strategyOptions(flags: Flags): StrategyOptions {
  return defined({
    strategy: flags.text('strategy'),
    set: flags.texts('set'),
    calibration: flags.json('calibration'),
  });
}

function textOptions(flags: Flags): Pick<PromptOptions, 'haystack' | 'text'> {
  const file = flags.text('text');
  return defined({
    haystack: flags.text('haystack'),
    text: file === undefined ? undefined : readFile('text', file),
  });
}

function promptOptions(flags: Flags): PromptOptions {
  return {
    ...strategyOptions(flags),
    ...textOptions(flags),
    ...defined({
      length: flags.number('length'),
      depth: flags.number('depth'),
      needle: flags.text('needle'),
      question: flags.text('question'),
      expected: flags.text('expected'),
      task: flags.text('task'),
      setTask: flags.texts('set-task'),
      seed: flags.number('seed'),
      chat: flags.on('chat'),
    }),
  };
}

function runOptions(flags: Flags): RunOptions {
  return {
    ...promptOptions(flags),
    ...idsOptions(flags),
    ...defined({
      temperature: flags.number('temperature'),
      topK: flags.number('top-k'),
      topP: flags.number('top-p'),
      recall: flags.on('recall'),
      timeStages: flags.on('time-stages'),
      dump: flags.choices('dump', DUMP_PARTS),
    }),
  };
}

function idsOptions(
  flags: Flags,
): Pick<HeadsOptions, 'ids' | 'context' | 'documents' | 'maxTokens'> {
  const wholes = (name: string) =>
    flags.text(name) === undefined ? undefined : flags.wholes(name);
  return defined({
    ids: wholes('ids'),
    context: flags.number('context'),
    documents: wholes('documents'),
    maxTokens: flags.number('max-tokens'),
  });
}

export function adapterOf(value: Values[string]): Arguments['adapter'] {
  if (value === undefined) return hasGpu() ? 'gpu' : 'software';
  if (value === 'gpu' || value === 'software') return value;
  throw new UsageError(`--adapter must be gpu or software, found "${value}".`);
}

function hasGpu(): boolean {
  const folder = '/dev/dri';
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('renderD'));
}

/** f32 where nothing is said: results are compared with those of other engines and machines. */
function precisionOf(value: Values[string]): Arguments['precision'] {
  const known = PRECISIONS.filter((one) => one !== 'auto');
  const found = known.find((one) => one === (value ?? 'f32'));
  if (!found) throw new UsageError(`--precision must be ${known.join(', ')}, found "${value}".`);
  return found;
}

/** A folder with config.json, a weight file (the one GGUF file of a folder, too), or an id of the hub. */
export function modelPlace(given: string): string {
  if (given.startsWith('hub:')) return given;
  const path = fromHere(given);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() && /\.(gguf|safetensors)$/i.test(path)) return path;
  if (!found?.isDirectory()) {
    throw new UsageError(
      `--model must be a folder, a .gguf or .safetensors file, or hub:owner/name, and ${path} is none.`,
    );
  }
  const names = readdirSync(path);
  const files = names.filter((name) => /\.gguf$/i.test(name));
  const isFile = !names.includes('config.json') && files.length === 1;
  return isFile ? join(path, files[0]) : path;
}

/** Refused before anything is computed, not after. */
export function outFile(path: string): string {
  const file = fromHere(path);
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--out: there is no folder ${dirname(file)}.`);
  }
  return file;
}

/** Without the fields that are undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
