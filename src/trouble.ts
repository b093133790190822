/**
 * Everything that can go wrong and that a person can act on. A trouble travels from the engine through the
 * worker to the banner unchanged, so it is plain data; `TroubleError` carries it where code must throw.
 */
export type TroubleCode =
  | 'no-webgpu'
  | 'adapter-too-small'
  | 'device-lost'
  | 'out-of-memory'
  | 'model-missing'
  | 'model-damaged'
  | 'model-unsupported'
  | 'storage-full'
  | 'cancelled'
  | 'prompt-too-long'
  | 'bad-input'
  | 'internal';

/** A next step that the page offers as a button. */
export type TroubleAction =
  | { do: 'reload'; label: string }
  | { do: 'retry'; label: string }
  | { do: 'use-preset'; preset: string; label: string }
  | { do: 'set-length'; length: number; label: string };

export interface Trouble {
  code: TroubleCode;
  /** What happened, in one sentence, with the field, the expected and the found value where there are any. */
  what: string;
  /** What the reader can do about it. */
  advice: string;
  actions: TroubleAction[];
}

export class TroubleError extends Error {
  readonly trouble: Trouble;

  constructor(code: TroubleCode, what: string, advice: string, actions: TroubleAction[] = []) {
    super(what);
    this.name = 'TroubleError';
    this.trouble = { code, what, advice, actions };
  }
}

/** The trouble inside any thrown value; an unforeseen error becomes `internal` and keeps its message. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  const what = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    what: `Something unexpected happened: ${what}`,
    advice: 'Reload the page. If it happens again, please report it with the text above.',
    actions: [{ do: 'reload', label: 'Reload the page' }],
  };
}
