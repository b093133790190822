import { judge } from '../needle/score';
import { copyScores, retrievalScores } from '../probes/copy-scores';
import { headStatistics, strongestKeys } from '../probes/head-statistics';
import { headsAt } from '../probes/heads-at';
import { missingAsNaN } from '../probes/series';
import type { ActiveRun } from './active-run';
import type { ModelSlot } from './model-slot';
import type { HeadScores } from './protocol';

/** Decode steps that copy and retrieval look at, at most. */
const MOST_STEPS = 512;

/** The scores of every head over the prompt and the answer so far. */
export async function headReport(
  { model, checkpoint }: ModelSlot,
  { run, options, prompt }: ActiveRun,
): Promise<HeadScores> {
  const { layers, heads, kvHeads } = model.config;
  const { length } = options.ids;
  const queries = Math.min(run.processed, length);
  const emitted = run.generated.slice(0, stepsOf(run, length));
  const ids = [...Array.from(options.ids), ...run.generated];
  const answer = checkpoint.tokenizer?.decode(run.generated) ?? '';
  const retrievalCounted = prompt?.check ? judge(answer, prompt.check).correct : false;

  const { entropy, distance, influence, sampledRows } = await headStatistics(model, run, queries);
  const { weights } = await headsAt(model, run, { key: 0, queries: [0, queries] });
  const scores = {
    layers,
    heads,
    queries,
    sampledRows,
    steps: emitted.length,
    sink: missingAsNaN(weights),
    entropy,
    distance,
    influence,
    retrievalCounted,
    windowed: Uint8Array.from({ length: layers * kvHeads }, (_, head) => {
      return Number.isFinite(run.cache.windowOf(head).recent) ? 1 : 0;
    }),
  };
  if (emitted.length === 0) return { ...scores, copy: null, retrieval: null };
  // The query at the prompt's last token emits the answer's first.
  const span = { first: length - 1, count: emitted.length };
  const strongest = await strongestKeys(model, run, span);
  const keys = { strongest, ids, emitted };
  const needles = prompt?.needles.filter(({ asked }) => asked).map(({ span }) => span) ?? [];
  const retrieves = needles.length > 0 && retrievalCounted;
  return {
    ...scores,
    copy: copyScores(keys),
    retrieval: retrieves ? retrievalScores(keys, needles) : null,
  };
}

/** Emitted tokens whose rows were computed and are looked at. */
function stepsOf({ processed, generated }: ActiveRun['run'], promptLength: number): number {
  return Math.max(0, Math.min(MOST_STEPS, generated.length, processed - promptLength + 1));
}
