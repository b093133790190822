import { Run } from '../engine/run';
import { haystackText } from '../needle/haystacks';
import { passageIds } from '../needle/passage';
import { surprisalOf } from '../probes/surprisal';
import { buildStrategy } from '../strategies/build';
import { TroubleError, troubleOf } from '../trouble';
import type { ModelSlot } from './model-slot';
import type {
  PerplexityEvent,
  PerplexityRequest,
  PerplexityResult,
  PerplexityRun,
} from './perplexity-types';
import type { RunControl } from './run-control';

/** Tokens are fed in batches of about this time; after each, Stop is heard and news go out. */
const BATCH_MS = 100;
const MOST_PER_BATCH = 64;

export interface PerplexityHost {
  /** The model as it is now: a lost device brings another one. */
  slot(): ModelSlot;
  /** Folder of the bundled haystacks, ending in a slash. */
  haystacks: string;
  control: RunControl;
  emit(event: PerplexityEvent): void;
  /** Does work on the device, and again on a new one where that was lost. */
  overLostDevices(work: () => Promise<void>): Promise<void>;
}

/**
 * Feeds one text through strategies, one after the other: a prompt, then token by token, so that a cache policy
 * lives through it as it would through generation. A strategy that fails does not end the others.
 * @throws TroubleError `bad-input` for a text or a prompt that cannot be read
 */
export async function perplexity(
  host: PerplexityHost,
  request: PerplexityRequest,
): Promise<PerplexityResult> {
  const { checkpoint, adapter } = host.slot();
  const { control, emit } = host;
  const { prompt } = request;
  const ids = await idsOf(host, request);
  if (!Number.isInteger(prompt) || prompt < 1 || prompt > ids.length) {
    throw new TroubleError(
      'bad-input',
      `The prompt must be a whole number from 1 to ${ids.length} tokens, found ${prompt}.`,
      'All tokens behind it are fed one by one.',
    );
  }
  const text = { tokens: ids.length, prompt };
  emit({ part: 'text', ...text });
  const runs: PerplexityRun[] = [];
  for (const [index, strategy] of request.strategies.entries()) {
    if (control.stopped) break;
    const run: PerplexityRun = {
      strategy,
      surprisals: new Float32Array(ids.length).fill(Number.NaN),
      read: 0,
      firstEviction: null,
      kvBytes: 0,
      ms: 0,
      trouble: null,
    };
    runs.push(run);
    try {
      await host.overLostDevices(() => feedThrough(host, request, ids, index, run));
    } catch (error) {
      run.trouble = troubleOf(error);
    }
  }
  const { stopped } = control;
  return { ...text, model: checkpoint.name, adapter: adapter.name, runs, stopped };
}

/** Fills in what is found out about one strategy, from the beginning of the text. */
async function feedThrough(
  { slot, control, emit }: PerplexityHost,
  { prompt, calibration = null }: PerplexityRequest,
  ids: Uint32Array,
  index: number,
  found: PerplexityRun,
): Promise<void> {
  const { model } = slot();
  const run = await Run.create(model, {
    ids: ids.subarray(0, prompt),
    strategy: buildStrategy(found.strategy, model.config, calibration),
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    maxTokens: ids.length - prompt,
    inspect: false,
    surprisal: true,
  });
  // On a device that replaces a lost one, everything begins anew.
  found.ms = 0;
  found.read = 0;

  async function advance(work: () => Promise<void>) {
    const { read: from } = found;
    const begun = performance.now();
    await work();
    found.ms += performance.now() - begun;
    const surprisals = await surprisalOf(run, from);
    found.surprisals.set(surprisals, from);
    found.read = run.processed;
    found.firstEviction = run.firstEviction;
    const { pagesHeld, pageBytes, besideBytes } = run.cache.state();
    found.kvBytes = pagesHeld * pageBytes + besideBytes;
    const { firstEviction, kvBytes, ms } = found;
    emit({ part: 'piece', strategy: index, from, surprisals, firstEviction, kvBytes, ms });
  }

  try {
    while (!run.promptRead) {
      if (!(await control.proceed())) return;
      await advance(() => run.readChunk(() => control.stopped));
    }
    let batch = 1;
    while (found.read < ids.length) {
      if (!(await control.proceed())) return;
      const { ms: before, read } = found;
      await advance(() => run.feed(ids.subarray(read, read + batch)));
      const tokenMs = (found.ms - before) / batch;
      batch = Math.max(1, Math.min(MOST_PER_BATCH, 2 * batch, Math.floor(BATCH_MS / tokenMs)));
    }
  } finally {
    run.destroy();
  }
}

async function idsOf(
  { slot, haystacks }: PerplexityHost,
  { text }: PerplexityRequest,
): Promise<Uint32Array> {
  if ('ids' in text) return Uint32Array.from(text.ids);
  const { tokenizer, config, name } = slot().checkpoint;
  if (!tokenizer) {
    throw new TroubleError(
      'bad-input',
      `The model “${name}” came without tokenizer.json, so it cannot read text.`,
      'Add tokenizer.json to its folder, or give token ids.',
    );
  }
  const haystack = await haystackText(text.haystack, haystacks);
  return passageIds(text, haystack, tokenizer, config.bosId);
}
