import type { LogitHistory } from '../engine/logit-history';
import { Run } from '../engine/run';
import { firstDifference } from '../needle/first-difference';
import { klDivergences, type LogitRows } from '../probes/kl-divergence';
import type { Calibration } from '../strategies/calibration';
import type { StrategyChoice } from '../strategies/registry';
import { TroubleError } from '../trouble';
import { ActiveRun } from './active-run';
import type { ModelSlot } from './model-slot';
import type { Divergence, DivergenceStep, EngineEvent, RunEvent } from './protocol';
import type { RunControl } from './run-control';

/**
 * The prompt of a run under a second strategy, beside it: same tokens, same sampling, both inspected.
 * @throws TroubleError `bad-input` where there is nothing to compare with, `out-of-memory` or
 *   `adapter-too-small` where two runs do not fit.
 */
export async function runBeside(
  slot: ModelSlot,
  shown: ActiveRun,
  strategy: StrategyChoice,
  calibration: Calibration | null,
  emit: (event: RunEvent) => void,
): Promise<ActiveRun> {
  if (!shown.run.promptRead) {
    throw new TroubleError(
      'bad-input',
      'The run on screen has not read its prompt to the end.',
      'Run it again, then compare.',
    );
  }
  const request = { ...shown.request, strategy, calibration };
  return await fitting(() => ActiveRun.create(slot, request, shown.prompt, emit));
}

/**
 * How far the next-token distributions of two runs are apart at each token of the first one's answer. Up to
 * the token at which the answers part, both runs were fed the same; from there on another run of the second
 * strategy is fed the first one's answer.
 * @returns what was measured when it ended or was stopped
 */
export async function measureDivergence(
  slot: ModelSlot,
  shown: ActiveRun,
  compared: ActiveRun,
  emit: (event: EngineEvent) => void,
  control: RunControl,
): Promise<Divergence> {
  const answer = shown.run.generated;
  const theirs = compared.run.generated;
  const [p, q] = [logitsOf(shown.run), logitsOf(compared.run)];
  const wanted = Math.min(answer.length, p.steps);
  const difference = firstDifference(answer, theirs);
  const shared = Math.min(wanted, theirs.length, (difference ?? answer.length) + 1);
  const steps: DivergenceStep[] = [];
  const measure = async (rows: LogitRows, to: number) => {
    const tokens = answer.slice(steps.length, to);
    const from = { buffer: p.buffer, first: steps.length };
    const found = await klDivergences(slot.model, shown.run, from, rows, tokens);
    found.forEach((step, index) => {
      const id = tokens[index];
      steps.push({ id, piece: pieceOf(slot, id), ...step, pieceQ: pieceOf(slot, step.topQ) });
    });
  };
  await measure({ buffer: q.buffer, first: 0 }, shared);
  if (shared < wanted) {
    const total = shown.options.ids.length + wanted;
    const report = (done: number) => emit({ type: 'divergence', done, total, steps: [...steps] });
    report(0);
    const options = {
      ...compared.options,
      inspect: false,
      keepLogits: false,
      surprisal: false,
      timed: null,
    };
    const follower = await fitting(() => Run.create(slot.model, options));
    try {
      for await (const index of along(follower, answer.slice(0, wanted), control, report)) {
        if (index < steps.length) continue;
        await measure({ buffer: follower.forward.logits, first: 0 }, index + 1);
        report(follower.processed);
      }
    } finally {
      follower.destroy();
    }
  }
  return { firstDifference: difference, answerTokens: answer.length, steps };
}

/** Reads the prompt, then an answer that is not its own; gives the index of each token when it could be drawn. */
async function* along(
  run: Run,
  answer: number[],
  control: RunControl,
  report: (processed: number) => void,
): AsyncGenerator<number> {
  while (!run.promptRead) {
    if (!(await control.proceed())) return;
    await run.readChunk(() => control.stopped);
    report(run.processed);
  }
  for (let index = 0; index < answer.length; index++) {
    yield index;
    if (index === answer.length - 1 || !(await control.proceed())) return;
    run.force(answer[index]);
    await run.decodeToken();
  }
}

function logitsOf({ logits }: Run): LogitHistory {
  if (logits) return logits;
  throw new TroubleError(
    'bad-input',
    'The run kept no logits to compare.',
    'Run again with inspection on.',
  );
}

function pieceOf({ checkpoint: { tokenizer } }: ModelSlot, id: number): string {
  return tokenizer?.pieceOf(id) ?? `[${id}]`;
}

/** Says that it is the second run that does not fit; the first one stays. */
async function fitting<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    const { code, what } = error.trouble;
    if (code !== 'out-of-memory' && code !== 'adapter-too-small') throw error;
    throw new TroubleError(
      code,
      `The second run does not fit beside the first one, which stays. ${what}`,
      'Compare on a shorter prompt, or with a strategy that keeps less.',
    );
  }
}
