import type { GpuModel } from '../engine/gpu-model';
import { Run } from '../engine/run';
import { type HeadWindow, NO_WINDOW } from '../engine/strategy';

/** How a long measurement tells how far it is, and asks whether it is still wanted. */
export interface Watch {
  /** Steps done so far, at first 0, and in all; what a step is, is the measurement's own. */
  report(done: number, total: number): void;
  stopped(): boolean;
}

interface MeasuredText {
  ids: ArrayLike<number>;
  /** Tokens that are fed after the text. */
  more?: number;
  inspect?: boolean;
  /** Absent: every head sees everything. */
  windowOf?(layer: number, kvHead: number): HeadWindow;
}

/** Tokens of a chunk. The same in every run, so that two of them differ in nothing but the windows. */
const CHUNK = 128;

/** A run that computes every pair its windows let it see, for a measurement to drive. */
export function measuredRun(model: GpuModel, text: MeasuredText): Promise<Run> {
  return Run.create(model, {
    ids: text.ids,
    strategy: {
      prefill: { parts: [] },
      cache: { positions: 'original', windowOf: text.windowOf ?? (() => NO_WINDOW) },
      decode: {},
      score: { temperature: 1, maskedHeads: [] },
    },
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    maxTokens: text.more ?? 0,
    inspect: text.inspect ?? false,
    chunk: CHUNK,
  });
}

/**
 * Reads the prompt of a run.
 * @param onRead called with the tokens read so far, after each chunk
 * @returns false when stopped before its end
 */
export async function readPrompt(
  run: Run,
  stopped: Watch['stopped'],
  onRead: (tokens: number) => void,
): Promise<boolean> {
  while (!run.promptRead) {
    if (stopped()) return false;
    await run.readChunk(stopped);
    onRead(run.processed);
  }
  return true;
}

/** Cuts one value a head into rows, one a layer. */
export function inLayers<T>(values: ArrayLike<T>, layers: number): T[][] {
  const heads = values.length / layers;
  return Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: heads }, (_, head) => values[layer * heads + head]),
  );
}
