import { TroubleError } from '../trouble';

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

export type Parameter = NumberParameter | HeadsParameter;
export type ParameterValues = Record<string, number | string>;

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

/** The shape of the loaded model, as far as entries may depend on it. */
export interface ModelShape {
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
}

/** One entry of an axis. `Work` is what the engine gets; `Cost` what the entry predicts for a length. */
export interface Entry<Work, Cost> extends Description {
  parameters: Parameter[];
  /** Predicted cost as a function of the prompt's length in tokens. */
  cost(length: number, values: ParameterValues): Cost;
  /** Builds the work. Values are complete and in range when this is called. */
  build(values: ParameterValues, model: ModelShape): Work;
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
    values[parameter.name] =
      parameter.kind === 'heads'
        ? checkedHeads(owner, parameter, value)
        : checkedNumber(owner, parameter, value);
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

function refuse(what: string, advice: string): never {
  throw new TroubleError('bad-input', what, advice);
}
