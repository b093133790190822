import type { CellSummary, SampleOutcome, SampleResult, SweepPlan } from './plan';
import { summariseCells } from './summary';

/** Rows for a spreadsheet; null: not known. */
export interface SweepTable {
  columns: string[];
  rows: (string | number | boolean | null)[][];
}

type Column<Row> = [name: string, of: (row: Row) => string | number | boolean | null | undefined];

/** A row a cell: what the grid shows. Bytes, milliseconds, and shares from 0 to 1. */
export function cellsTable(plan: SweepPlan, outcomes: SampleOutcome[]): SweepTable {
  const columns: Column<CellSummary>[] = [
    ['strategy', ({ strategy }) => plan.strategies[strategy].title],
    ['length', ({ length }) => length],
    ['depth', ({ depth }) => depth],
    ['planned', ({ planned }) => planned],
    ['done', ({ done }) => done],
    ['correct', ({ correct }) => correct],
    ['accuracy', ({ accuracy }) => accuracy],
    ['interval_low', ({ interval }) => interval?.[0]],
    ['interval_high', ({ interval }) => interval?.[1]],
    ['lost', ({ lost }) => lost],
    ['cannot', ({ cannot }) => cannot],
    ['failed', ({ failed }) => failed],
    ['score', ({ mean }) => mean?.score],
    ['realised_depth', ({ mean }) => mean?.realisedDepth],
    ['held', ({ mean }) => mean?.held],
    ['kv_bytes', ({ mean }) => mean?.kvBytes],
    ['kv_bytes_peak', ({ mean }) => mean?.peakBytes],
    ['kv_bytes_dense', ({ mean }) => mean?.denseBytes],
    ['density', ({ mean }) => mean?.density],
    ['prefill_ms', ({ mean }) => mean?.prefillMs],
    ['step_ms', ({ mean }) => mean?.stepMs],
    ['trouble', ({ trouble }) => trouble?.what],
  ];
  return table(columns, summariseCells(plan, outcomes));
}

/** A row a sample. */
export function samplesTable(plan: SweepPlan, outcomes: SampleOutcome[]): SweepTable {
  const ofResult = (name: string, of: (result: SampleResult) => string | number | boolean) =>
    [name, (outcome) => ('result' in outcome ? of(outcome.result) : null)] as Column<SampleOutcome>;
  const columns: Column<SampleOutcome>[] = [
    ['strategy', ({ strategy }) => plan.strategies[strategy].title],
    ['length', ({ length }) => length],
    ['depth', ({ depth }) => depth],
    ['sample', ({ sample }) => sample],
    ofResult('correct', ({ correct }) => correct),
    ofResult('score', ({ score }) => score),
    ofResult('expected', ({ expected }) => expected),
    ofResult('answer', ({ answer }) => answer),
    ofResult('realised_depth', ({ realisedDepth }) => realisedDepth),
    ofResult('held', ({ held }) => held),
    ofResult('kv_bytes', ({ kvBytes }) => kvBytes.end),
    ofResult('kv_bytes_peak', ({ kvBytes }) => kvBytes.peak),
    ofResult('kv_bytes_dense', ({ kvBytes }) => kvBytes.dense),
    ofResult('density', ({ density }) => density),
    ofResult('prompt_tokens', ({ promptTokens }) => promptTokens),
    ofResult('generated', ({ generated }) => generated),
    ofResult('prefill_ms', ({ prefillMs }) => prefillMs),
    ofResult('decode_ms', ({ decodeMs }) => decodeMs),
    ofResult('adapter', ({ adapter }) => adapter),
    ['trouble', (outcome) => ('trouble' in outcome ? outcome.trouble.what : null)],
  ];
  return table(columns, outcomes);
}

function table<Row>(columns: Column<Row>[], rows: Row[]): SweepTable {
  return {
    columns: columns.map(([name]) => name),
    rows: rows.map((row) => columns.map(([, of]) => of(row) ?? null)),
  };
}
