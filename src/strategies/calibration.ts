import { TroubleError } from '../trouble';
import type { ModelShape } from './schema';

export const CALIBRATION_KINDS = ['head-classes', 'prefill-patterns', 'streaming-gates'] as const;
export type CalibrationKind = (typeof CALIBRATION_KINDS)[number];

/** As they are called in a sentence. */
export const CALIBRATION_TITLES: Record<CalibrationKind, string> = {
  'head-classes': 'head classes',
  'prefill-patterns': 'prefill patterns',
  'streaming-gates': 'streaming gates',
};

export const PATTERN_FAMILIES = ['a-shape', 'vertical-slash', 'block-sparse'] as const;

/** The sparse pattern that fits one query head best, with its two sizes; what they count is the family's. */
export interface HeadPattern {
  family: (typeof PATTERN_FAMILIES)[number];
  a: number;
  b: number;
}

/** What was measured on one model, for entries that treat its heads differently. Plain data; it goes into files. */
export interface Calibration {
  /** Name of the model that was measured. */
  model: string;
  /**
   * Mean attention on the earlier copy of the same token (echo) and on the token after that copy (induction),
   * each [layers][heads] (RazorAttention, arXiv 2407.15891).
   */
  headClasses?: { echo: number[][]; induction: number[][] };
  /** How much the output needs each KV head's full cache, 0 to 1, [layers][kvHeads] (DuoAttention, arXiv 2410.10819). */
  streamingGates?: number[][];
  /** [layers][heads] (MInference, arXiv 2407.02490). */
  prefillPatterns?: HeadPattern[][];
}

/** Whether a calibration holds what an entry needs. */
export function holdsKind(calibration: Calibration | null, kind: CalibrationKind): boolean {
  return partOf(calibration, kind) !== undefined;
}

/** What a calibration says about one kind. */
export function partOf(calibration: Calibration | null, kind: CalibrationKind): unknown {
  return calibration?.[FIELDS[kind]];
}

const FIELDS = {
  'head-classes': 'headClasses',
  'prefill-patterns': 'prefillPatterns',
  'streaming-gates': 'streamingGates',
} as const satisfies Record<CalibrationKind, keyof Calibration>;

/**
 * Reads a calibration that came from outside: a file or the storage of the browser.
 * @param json what `JSON.parse` gave; fields that are not known are left out
 * @throws TroubleError `bad-input` that names the field, what was expected and what was found.
 */
export function parseCalibration(json: unknown, model: ModelShape): Calibration {
  const { layers, heads, kvHeads } = model;
  const fields = record('content', json);
  if (typeof fields.model !== 'string') refuse('model', 'the name of a model', fields.model);
  const calibration: Calibration = { model: fields.model };
  if (fields.headClasses !== undefined) {
    const { echo, induction } = record('headClasses', fields.headClasses);
    calibration.headClasses = {
      echo: grid('headClasses.echo', echo, [layers, heads, 'heads'], finite),
      induction: grid('headClasses.induction', induction, [layers, heads, 'heads'], finite),
    };
  }
  if (fields.streamingGates !== undefined) {
    const size = [layers, kvHeads, 'KV heads'] as const;
    calibration.streamingGates = grid('streamingGates', fields.streamingGates, size, share);
  }
  if (fields.prefillPatterns !== undefined) {
    const size = [layers, heads, 'heads'] as const;
    calibration.prefillPatterns = grid('prefillPatterns', fields.prefillPatterns, size, pattern);
  }
  if (!CALIBRATION_KINDS.some((kind) => holdsKind(calibration, kind))) {
    refuse('content', `at least one of ${Object.values(FIELDS).join(', ')}`, Object.keys(fields));
  }
  return calibration;
}

/**
 * Reads a calibration that somebody means for the loaded model.
 * @throws TroubleError `bad-input`, also where it was measured on another model.
 */
export function calibrationFor(json: unknown, model: ModelShape & { name: string }): Calibration {
  const calibration = parseCalibration(json, model);
  if (calibration.model !== model.name) {
    throw new TroubleError(
      'bad-input',
      `The calibration was measured on “${calibration.model}”, but the loaded model is “${model.name}”.`,
      'Use the one of this model, or calibrate.',
    );
  }
  return calibration;
}

/** Checks [layers][columns] cells, each by `cell`. */
function grid<T>(
  name: string,
  value: unknown,
  [layers, columns, columnsAre]: readonly [number, number, string],
  cell: (name: string, value: unknown) => T,
): T[][] {
  return list(name, value, layers, 'layers').map((row, layer) =>
    list(`${name}[${layer}]`, row, columns, columnsAre).map((item, column) =>
      cell(`${name}[${layer}][${column}]`, item),
    ),
  );
}

function list(name: string, value: unknown, length: number, of: string): unknown[] {
  if (!Array.isArray(value) || value.length !== length) {
    const found = Array.isArray(value) ? `${value.length} of them` : value;
    refuse(name, `a list of ${length} ${of}, as the model has`, found);
  }
  return value;
}

function pattern(name: string, value: unknown): HeadPattern {
  const fields = record(name, value);
  const family = PATTERN_FAMILIES.find((candidate) => candidate === fields.family);
  if (!family) refuse(`${name}.family`, `one of ${PATTERN_FAMILIES.join(', ')}`, fields.family);
  return { family, a: size(`${name}.a`, fields.a), b: size(`${name}.b`, fields.b) };
}

function finite(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(name, 'a number', value);
  return value;
}

function share(name: string, value: unknown): number {
  const number = finite(name, value);
  if (number < 0 || number > 1) refuse(name, 'a number from 0 to 1', value);
  return number;
}

function size(name: string, value: unknown): number {
  const number = finite(name, value);
  if (!Number.isInteger(number) || number < 0) refuse(name, 'a whole number from 0 up', value);
  return number;
}

function record(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(name, 'an object', value);
  }
  return value as Record<string, unknown>;
}

function refuse(name: string, expected: string, found: unknown): never {
  const shown = typeof found === 'string' ? found : (JSON.stringify(found) ?? 'nothing');
  const short = shown.length > 40 ? `${shown.slice(0, 40)} …` : shown;
  throw new TroubleError(
    'bad-input',
    `Calibration: ${name} must be ${expected}, found ${short}.`,
    'Import a file that was exported for this model, or calibrate again.',
  );
}
