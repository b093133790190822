import { TroubleError } from '../trouble';
import type { Calibration, CalibrationKind } from './calibration';

/** What the axes are called, in the order in which the page shows them. */
export const AXES = ['prefill', 'cache', 'decode', 'score'] as const;
export type Axis = (typeof AXES)[number];

interface ParameterBase {
  name: string;
  title: string;
  /** Unit as shown beside the value: 'tokens', '×', … Empty for a pure number or a list. */
  unit: string;
  /** One line: what a larger value does. */
  meaning: string;
}

export interface NumberParameter extends ParameterBase {
  kind: 'integer' | 'number';
  min: number;
  max: number;
  step: number;
  default: number;
}

/** A list of heads, written `layer.head` and separated by commas, as in `2.0,2.5`. */
export interface HeadsParameter extends ParameterBase {
  kind: 'heads';
  default: string;
}

/** One of a few named ways of doing a step. */
export interface ChoiceParameter extends ParameterBase {
  kind: 'choice';
  options: { value: string; title: string }[];
  default: string;
}

export type Parameter = NumberParameter | HeadsParameter | ChoiceParameter;
export type ParameterValues = Record<string, number | string>;

export function isNumberParameter(parameter: Parameter): parameter is NumberParameter {
  return parameter.kind === 'integer' || parameter.kind === 'number';
}

export interface Paper {
  title: string;
  authors: string;
  year: number;
  /** arXiv id, if it has one. */
  arxiv: string | null;
}

/** What a person reads about an entry. */
export interface Description {
  /** kebab-case, the field's own name. */
  id: string;
  title: string;
  /** Two sentences: what it does and why. */
  summary: string;
  formula: string;
  /** What to try in the playground to see it work or fail. */
  tryThis: string;
  paper: Paper | null;
}

/**
 * What the choice made for a token may depend on. Weights never leak from later tokens; which keys are chosen
 * may, where a method chooses once for many queries.
 * - 'exact': on earlier tokens only; changing token t changes no row before t.
 * - 'query-block': also on later tokens of the same block of queries.
 * - 'chunk': also on later tokens of the same prefill chunk, which is the whole prompt if that fits one chunk.
 */
export type Causality = 'exact' | 'query-block' | 'chunk';

/** What an entry does that entries of other axes may not get along with; `conflicts.ts` says which and why. */
export type Trait =
  /** prefill: leaves pairs out. */
  | 'plans'
  /** cache: entries leave while the prompt is still being read. */
  | 'evicts-while-reading'
  /** cache: some heads keep a window only, also while the prompt is being read. */
  | 'streams-heads'
  /** cache: entries leave, and others move up, after each token. */
  | 'evicts-each-token'
  /** cache: ranks entries by the attention weights that they got. */
  | 'watches-weights'
  /** cache: of decode steps too. */
  | 'watches-each-token'
  /** cache: holds some entries in a form of their own, outside the pages. */
  | 'holds-beside'
  /** cache or decode: positions are counted anew among what is kept or read. */
  | 'reindexes'
  /** decode: reads lists of entries instead of all. */
  | 'selects'
  /** decode: a list or page index made at one token is used at later ones. */
  | 'remembers-slots'
  /** decode: the same, but heads with a window are read in full. */
  | 'remembers-pages'
  /** score: changes the angles of positions. */
  | 'stretches-positions'
  /** score: changes weights after the softmax, or scores by their place in the text. */
  | 'edits-weights'
  /** score: adds up what every key got from all rows, and changes rows by it. */
  | 'sums-columns';

/** The shape of the loaded model, as far as entries may depend on it. */
export interface ModelShape {
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
}

/** What presets are grouped by, in the order in which they are shown. */
export const FAMILIES = [
  'Yardstick',
  'Cache eviction',
  'Head classes',
  'Quantised cache',
  'Sparse prefill',
  'Selective decode',
  'Score rules',
  'Composed systems',
] as const;
export type Family = (typeof FAMILIES)[number];

/** A named system that is one entry, with nothing special on the other axes unless it says so. */
export interface EntryPreset {
  /** kebab-case. */
  id: string;
  title: string;
  family: Family;
  /** Where they differ from the entry's defaults. */
  values?: ParameterValues;
  others?: Partial<ChosenEntries>;
  /** Two sentences, where the entry's do not fit. */
  summary?: string;
  paper?: Paper;
}

/** What was chosen on the four axes; values are complete and in range. */
export type ChosenEntries = Record<Axis, { id: string; values: ParameterValues }>;

/** One entry of an axis. `Work` is what the engine gets; `Cost` what the entry predicts for a length. */
export interface Entry<Work, Cost> extends Description {
  parameters: Parameter[];
  /** Absent: 'exact'. */
  causality?: Causality;
  traits?: Trait[];
  /** The systems that this entry alone stands for. */
  presets?: EntryPreset[];
  /** cache: why an entry leaves, in one sentence; absent where none does. */
  leaving?: string;
  /** cache: what the score is by which entries are dropped, with its unit; absent where they are not. */
  scoreMeaning?: string;
  /** What must have been measured on the loaded model before this entry can be built. */
  calibration?: CalibrationKind;
  /** Why this entry cannot run with what the other axes chose, in one sentence; null: it can. */
  conflicts?(chosen: ChosenEntries): string | null;
  /** Predicted cost as a function of the prompt's length in tokens; without a model, of the usual shapes. */
  cost(length: number, values: ParameterValues, model?: ModelShape): Cost;
  /**
   * Builds the work. Values are complete and in range when this is called, and the calibration holds the kind
   * that the entry names; it may be null for entries that name none.
   */
  build(values: ParameterValues, model: ModelShape, calibration: Calibration | null): Work;
}

/** Reads a value that `completeValues` has already checked. */
export function numberValue(values: ParameterValues, name: string): number {
  return Number(values[name]);
}

/**
 * Fills in defaults and checks names, kinds and ranges.
 * @throws TroubleError `bad-input` that names the parameter, what was expected and what was found.
 */
export function completeValues(
  owner: string,
  parameters: Parameter[],
  given: ParameterValues,
): ParameterValues {
  const known = new Set(parameters.map((parameter) => parameter.name));
  for (const name of Object.keys(given)) {
    if (!known.has(name)) {
      const names = [...known].join(', ') || 'none';
      refuse(`${owner} has no parameter "${name}".`, `Its parameters: ${names}.`);
    }
  }
  const values: ParameterValues = {};
  for (const parameter of parameters) {
    const value = given[parameter.name] ?? parameter.default;
    values[parameter.name] = checkedValue(owner, parameter, value);
  }
  return values;
}

/** Parses `2.0,2.5` into pairs. */
export function parseHeads(text: string): { layer: number; head: number }[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [layer, head] = part.split('.').map(Number);
      return { layer, head };
    });
}

function checkedValue(
  owner: string,
  parameter: Parameter,
  value: number | string,
): number | string {
  switch (parameter.kind) {
    case 'heads':
      return checkedHeads(owner, parameter, value);
    case 'choice':
      return checkedChoice(owner, parameter, value);
    default:
      return checkedNumber(owner, parameter, value);
  }
}

function checkedNumber(owner: string, parameter: NumberParameter, value: number | string): number {
  const number =
    typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  const whole = parameter.kind === 'number' || Number.isInteger(number);
  if (!Number.isFinite(number) || !whole || number < parameter.min || number > parameter.max) {
    const kind = parameter.kind === 'integer' ? 'a whole number' : 'a number';
    refuse(
      `${owner}: ${parameter.name} must be ${kind} from ${parameter.min} to ${parameter.max}, found "${value}".`,
      `The default is ${parameter.default}.`,
    );
  }
  return number;
}

function checkedHeads(owner: string, parameter: HeadsParameter, value: number | string): string {
  // A lone "2.1" arrives as a number from a command line or a URL.
  const text = String(value).trim();
  if (!/^(\d+\.\d+(\s*,\s*\d+\.\d+)*)?$/.test(text)) {
    refuse(
      `${owner}: ${parameter.name} must be a list of heads like "2.0,2.5", found "${text}".`,
      'Write each head as layer.head, counted from 0.',
    );
  }
  return text;
}

function checkedChoice(owner: string, parameter: ChoiceParameter, value: number | string): string {
  // An option like "4" arrives as a number from a command line.
  const wanted = String(value);
  const values = parameter.options.map((option) => option.value);
  if (!values.includes(wanted)) {
    refuse(
      `${owner}: ${parameter.name} must be one of ${values.join(', ')}, found "${wanted}".`,
      `The default is ${parameter.default}.`,
    );
  }
  return wanted;
}

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
