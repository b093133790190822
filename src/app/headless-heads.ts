import type { HeadScores, RunResult, SinkReport, TokenCurves } from '../worker/protocol';
import type { HeadlessHeads, HeadNumbers } from './headless-types';

interface Measured {
  /** Token ids that were read. */
  ids: number[];
  /** Of the needles that the answer needs. */
  needleSpans: [number, number][];
  result: RunResult;
  scores: HeadScores;
  sinks: SinkReport;
  /** Whether the mass of every position is wanted. */
  mass: boolean;
  /** null: not wanted. */
  curves: TokenCurves | null;
}

/** What was measured of the heads, as plain JSON: grids [layers][heads], and null for what is missing. */
export function describeHeads(measured: Measured): HeadlessHeads {
  const { ids, needleSpans, result, scores, sinks, mass, curves } = measured;
  const { layers, heads, queries, sampledRows, steps, retrievalCounted } = scores;
  const { hidden, hiddenCount, threshold, firstSink } = sinks;
  const grid = (values: ArrayLike<number>) => inRows(values, layers);
  return {
    layers,
    heads,
    model: result.model,
    strategy: result.strategy,
    prompt: { ids, needleSpans },
    generated: Array.from(result.generated),
    answer: result.answer,
    expected: result.expected,
    correct: result.correct,
    queries,
    sampledRows,
    steps,
    sink: grid(scores.sink),
    entropy: grid(scores.entropy),
    distance: grid(scores.distance),
    influence: grid(scores.influence),
    copy: scores.copy && grid(scores.copy),
    retrieval: scores.retrieval && grid(scores.retrieval),
    retrievalCounted,
    windowed: grid(scores.windowed),
    sinks: { sampledRows: sinks.sampledRows, threshold, hiddenCount, hidden, firstSink },
    ...(mass && { mass: grid(sinks.mass) }),
    ...(curves && {
      curves: {
        sampledRows: curves.sampledRows,
        waad: numbers(curves.waad),
        fai: numbers(curves.fai),
        distance: grid(curves.distance),
        localHeads: curves.localHeads,
        globalHeads: curves.globalHeads,
      },
    }),
  };
}

/** JSON has no NaN. */
function numbers(values: ArrayLike<number>): HeadNumbers {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}

function inRows(values: ArrayLike<number>, rows: number): HeadNumbers[] {
  const all = numbers(values);
  const columns = all.length / rows;
  return Array.from({ length: rows }, (_, row) => all.slice(row * columns, (row + 1) * columns));
}
