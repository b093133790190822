import { TroubleError } from '../../trouble';
import { damagedFile } from '../files';
import type { Metadata, Scalar } from './format';

/** The metadata of a GGUF file, read by key and checked. Keys of the architecture lack its name here. */
export class GgufFields {
  readonly architecture: string;

  constructor(
    private readonly path: string,
    private readonly metadata: Metadata,
  ) {
    this.architecture =
      this.text('general.architecture') ?? this.damaged('general.architecture', 'a name');
  }

  text(key: string): string | null {
    const value = this.metadata.get(key);
    if (value === undefined || typeof value === 'string') return value ?? null;
    return this.damaged(key, 'a text');
  }

  flag(key: string): boolean | null {
    const value = this.metadata.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    return this.damaged(key, 'true or false');
  }

  number(key: string): number | null {
    const value = this.metadata.get(key);
    if (value === undefined || typeof value === 'number') return value ?? null;
    return this.damaged(key, 'a number');
  }

  texts(key: string): string[] | null {
    return this.list(key, (item) => typeof item === 'string', 'a list of texts') as string[] | null;
  }

  numbers(key: string): number[] | null {
    return this.list(key, (item) => typeof item === 'number', 'a list of numbers') as
      | number[]
      | null;
  }

  /** A key of the architecture. One number for each layer counts as one where all are the same. */
  model(key: string): number | null {
    const full = `${this.architecture}.${key}`;
    const value = this.metadata.get(full);
    if (!Array.isArray(value)) return this.number(full);
    const [first] = value;
    if (typeof first !== 'number' || value.some((item) => item !== first)) {
      return this.unsupported(full, 'the same number for all layers');
    }
    return first;
  }

  /** @throws TroubleError `model-damaged` where the file does not have it */
  required(key: string): number {
    return this.model(key) ?? this.damaged(`${this.architecture}.${key}`, 'a number');
  }

  damaged(key: string, expected: string): never {
    return damagedFile(this.path, `${key} to be ${expected}`, this.shown(key));
  }

  unsupported(key: string, expected: string): never {
    throw new TroubleError(
      'model-unsupported',
      `${this.path}: ${key} must be ${expected}, found ${this.shown(key)}.`,
      'Choose a model of another kind.',
    );
  }

  private list(key: string, good: (item: Scalar) => boolean, expected: string): Scalar[] | null {
    const value = this.metadata.get(key);
    if (value === undefined) return null;
    return Array.isArray(value) && value.every(good) ? value : this.damaged(key, expected);
  }

  private shown(key: string): string {
    return JSON.stringify(this.metadata.get(key))?.slice(0, 80) ?? 'nothing';
  }
}
