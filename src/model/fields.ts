import { TroubleError } from '../trouble';

type Json = Record<string, unknown>;

/** Above these a number in the file is a mistake, not a model that anybody could load here. */
const LARGEST = {
  vocab: 1 << 20,
  hidden: 1 << 16,
  intermediate: 1 << 18,
  layers: 1024,
  heads: 1024,
  headDim: 1024,
  positions: 1 << 24,
} as const;

/**
 * The fields of a `config.json`, read one by one and checked. A field that is null counts as absent. Every
 * refusal is a TroubleError that names the field, what was expected and what was found: `model-damaged` for
 * values that cannot be, `model-unsupported` for those that do not run here.
 */
export class Fields {
  private constructor(
    private readonly json: Json,
    private readonly path: string,
  ) {}

  static of(json: unknown): Fields {
    if (!isObject(json)) return new Fields({}, '').damaged('the file', 'a JSON object', json);
    return new Fields(json, '');
  }

  value(field: string): unknown {
    return this.json[field] ?? undefined;
  }

  given(field: string): boolean {
    return this.value(field) !== undefined;
  }

  /** The fields of an object inside; null where it is absent. */
  inside(field: string): Fields | null {
    const value = this.value(field);
    if (value === undefined) return null;
    if (!isObject(value)) return this.damaged(field, 'an object', value);
    return new Fields(value, `${this.path}${field}.`);
  }

  size(field: string, kind: keyof typeof LARGEST, missing?: number): number {
    const value = this.value(field) ?? missing;
    const largest = LARGEST[kind];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > largest) {
      return this.damaged(field, `a whole number from 1 to ${largest}`, value);
    }
    return value;
  }

  positive(field: string, missing?: number): number {
    const value = this.value(field) ?? missing;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      return this.damaged(field, 'a positive number', value);
    }
    return value;
  }

  /** A positive number or null. @param missing what an absent field stands for; null in the file is null */
  optional(field: string, missing: number | null): number | null {
    if (field in this.json) return this.given(field) ? this.positive(field) : null;
    return missing;
  }

  /** A number of positions, or null. @param missing what an absent field stands for; null in the file is null */
  window(field: string, missing: number | null): number | null {
    if (field in this.json) return this.given(field) ? this.size(field, 'positions') : null;
    return missing;
  }

  flag(field: string, missing = false): boolean {
    const value = this.value(field) ?? missing;
    return typeof value === 'boolean' ? value : this.damaged(field, 'true or false', value);
  }

  /** Positive numbers, `count` of them. */
  list(field: string, count: number): number[] {
    const value = this.value(field);
    const good = (item: unknown): item is number =>
      typeof item === 'number' && Number.isFinite(item) && item > 0;
    if (!Array.isArray(value) || value.length !== count || !value.every(good)) {
      return this.damaged(field, `${count} positive numbers`, value);
    }
    return value;
  }

  /** What one of several words stands for. */
  choice<T>(field: string, options: Record<string, T>, missing: string): T {
    const value = this.value(field) ?? missing;
    if (typeof value === 'string' && Object.hasOwn(options, value)) return options[value];
    return this.unsupported(field, words(Object.keys(options)), value);
  }

  /** Refuses any value of the field but this one; absent is fine. */
  only(field: string, expected: boolean | number): void {
    const value = this.value(field);
    if (value !== undefined && value !== expected) this.unsupported(field, `${expected}`, value);
  }

  /**
   * Absent: `missing`; null in the file: none. Ids that the vocabulary lacks are left out: files of small models
   * carry those of the large ones, and no text can have them.
   */
  tokenIds(field: string, missing: number | null, vocabSize: number): number[] {
    const value = field in this.json ? this.json[field] : missing;
    if (value === null) return [];
    const ids = (Array.isArray(value) ? value : [value]).map((id: unknown) =>
      typeof id === 'number' && Number.isInteger(id) && id >= 0
        ? id
        : this.damaged(field, 'ids of tokens', value),
    );
    return ids.filter((id) => id < vocabSize);
  }

  damaged(field: string, expected: string, found: unknown): never {
    throw new TroubleError(
      'model-damaged',
      this.sentence(field, expected, found),
      'Fetch the model again, or choose another one.',
    );
  }

  unsupported(field: string, expected: string, found: unknown): never {
    throw new TroubleError(
      'model-unsupported',
      this.sentence(field, expected, found),
      'Choose a model of a family that Needlescope runs: Llama, Mistral, Qwen 2 or 3, Gemma 2 or 3, Phi-3, GPT-2, GPT-NeoX.',
    );
  }

  private sentence(field: string, expected: string, found: unknown): string {
    const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 120);
    return `config.json: ${this.path}${field} must be ${expected}, found ${shown}.`;
  }
}

/** "a", "b" or "c". */
export function words(options: string[]): string {
  const quoted = options.map((option) => JSON.stringify(option));
  const last = quoted.pop() ?? '';
  return quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : last;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
