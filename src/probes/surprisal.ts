import type { Run } from '../engine/run';
import { TroubleError } from '../trouble';

/**
 * −ln p of the run's tokens at [from, to), in nats, each given those before it as the run's strategy let the
 * model see them.
 * @returns f32[to − from]; not a number for the first token of the text and for tokens that were not read yet
 * @throws TroubleError `bad-input` for a run that did not measure it
 */
export async function surprisalOf(run: Run, from = 0, to = run.processed): Promise<Float32Array> {
  const values = await run.surprisals(from, to);
  if (values) return values;
  throw new TroubleError(
    'bad-input',
    'This run did not measure the surprisal of its tokens.',
    'Switch “Surprisal” on, then run again.',
  );
}
