import { MAX_CHUNK } from './kernels';
import { MIN_CHUNK } from './run-limits';

/** A submission should stay below this, so that Stop answers soon and no watchdog strikes. */
const TARGET_MS = 100;

/** How much of a prompt is read at once: by the chunk's length, and below the smallest chunk by layers. */
export class ChunkPace {
  /** Tokens of a chunk. */
  chunk: number;
  /** Submissions that a chunk is split into, by layers. */
  parts: number;

  /** @param fixed tokens of every chunk; null: the speed decides. */
  constructor(
    private readonly fixed: number | null,
    private readonly layers: number,
  ) {
    this.chunk = fixed ?? MIN_CHUNK;
    // A long chunk must not be one long submission before its speed is known.
    this.parts = this.chunk > MIN_CHUNK ? layers : 1;
  }

  /** Keeps submissions near the target. */
  measured(submissionMs: number): void {
    if (submissionMs > TARGET_MS * 2) {
      if (this.chunk > MIN_CHUNK && this.fixed === null) this.chunk /= 2;
      else this.parts = Math.min(this.layers, this.parts * 2);
    } else if (submissionMs < TARGET_MS / 2) {
      if (this.parts > 1) this.parts = Math.floor(this.parts / 2);
      else if (this.fixed === null) this.chunk = Math.min(MAX_CHUNK, this.chunk * 2);
    }
  }
}
