import type { Accounting, CacheSnapshot, RunEvent, RunResult } from '../worker/protocol';

export interface GeneratedToken {
  id: number;
  piece: string;
  /** Time of all decode steps up to this token; the first token comes out of the prompt and took none. */
  decodeMs: number;
}

/** What the engine reported about a run. */
export interface RunReport {
  prefill: { done: number; total: number; ms: number };
  generated: GeneratedToken[];
  cache: CacheSnapshot | null;
  accounting: Accounting | null;
  /** Set when the run has ended. */
  result: RunResult | null;
}

/** Before the engine has said anything. */
export function emptyReport(promptTokens: number): RunReport {
  return {
    prefill: { done: 0, total: promptTokens, ms: 0 },
    generated: [],
    cache: null,
    accounting: null,
    result: null,
  };
}

/** What an event changes in the report. */
export function newsOf(
  { generated }: RunReport,
  event: Exclude<RunEvent, { type: 'state' }>,
): Partial<RunReport> {
  switch (event.type) {
    case 'prefill':
      return { prefill: event };
    case 'token':
      return { generated: withToken(generated, event) };
    case 'cache':
      return { cache: event.snapshot };
    case 'accounting':
      return { accounting: event.accounting };
  }
}

/** After a lost device the engine replays; a token that is already there is replaced, not doubled. */
function withToken(
  generated: GeneratedToken[],
  { index, id, piece, decodeMs }: Extract<RunEvent, { type: 'token' }>,
): GeneratedToken[] {
  return [...generated.slice(0, index), { id, piece, decodeMs }];
}
