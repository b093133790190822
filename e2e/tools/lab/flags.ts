/** Flags of a command line, read by kind; every refusal names the flag, what it takes and what was found. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AGGREGATES, type Aggregate } from '../../../src/worker/protocol';

export class UsageError extends Error {}

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** Reads flags of one command line by kind. */
export class Flags {
  constructor(private readonly values: Values) {}

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): string[] | undefined {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  on(name: string): true | undefined {
    return this.values[name] === true ? true : undefined;
  }

  /** Some of the options, with commas between. */
  choices<T extends string>(name: string, options: readonly T[]): T[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((word) => {
        const choice = options.find((candidate) => candidate === word.trim());
        if (choice) return choice;
        throw new UsageError(`--${name} takes ${options.join(', ')}, found "${word}".`);
      });
  }

  /** What a JSON file holds. */
  json(name: string): unknown {
    const file = this.text(name);
    if (file === undefined) return undefined;
    const text = readFile(name, file);
    try {
      return JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--${name}: ${file} is not JSON: ${reason}`);
    }
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) {
      throw new UsageError(`--${name} must be a number, found "${text}".`);
    }
    return value;
  }

  indexOrAggregate(name: string): number | Aggregate {
    const text = this.required(name, this.text(name));
    const found = AGGREGATES.find((aggregate) => aggregate === text);
    if (found) return found;
    if (/^\d+$/.test(text)) return Number(text);
    throw new UsageError(`--${name} takes an index, ${AGGREGATES.join(' or ')}, found "${text}".`);
  }

  /** Whole numbers with commas between. */
  wholes(name: string): number[] {
    const text = this.required(name, this.text(name));
    return text.split(',').map((part) => {
      const id = part.trim() === '' ? Number.NaN : Number(part);
      if (!Number.isInteger(id)) {
        throw new UsageError(
          `--${name} must be whole numbers with commas between, found "${part}".`,
        );
      }
      return id;
    });
  }

  range(name: string): [number, number] {
    const text = this.required(name, this.text(name));
    const match = /^(\d+):(\d+)$/.exec(text);
    if (!match) {
      throw new UsageError(`--${name} must be from:to, the end not included, found "${text}".`);
    }
    return [Number(match[1]), Number(match[2])];
  }

  required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new UsageError(`--${name} is missing.`);
    return value;
  }
}

export function readFile(flag: string, path: string): string {
  try {
    return readFileSync(fromHere(path), 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--${flag}: the file could not be read: ${reason}`);
  }
}

/** A path as the caller meant it: npm starts scripts in the package's folder and names the caller's. */
export function fromHere(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}
