import type { PreparedPrompt } from '../needle/prompt-spec';
import type { EngineEvent } from '../worker/protocol';
import { type GeneratedToken, NOTHING_INSPECTED, type PageState, type RunView } from './page-store';

/** What a batch of engine events changes; the whole batch makes one new state, so panels draw once. */
export function applyEvents(state: PageState, batch: EngineEvent[]): Partial<PageState> {
  let next = state;
  for (const event of batch) next = { ...next, ...applyEvent(next, event) };
  return next;
}

/** Shows a prompt; a finished run over another text is put away, because its numbers are about that text. */
export function showPrompt(state: PageState, prompt: PreparedPrompt): Partial<PageState> {
  if (!state.run || sameIds(state.run.prompt.ids, prompt.ids)) return { prompt };
  return {
    prompt,
    run: null,
    inspection: NOTHING_INSPECTED,
    selection: { ...state.selection, query: null, key: null },
    hover: { query: null, key: null },
  };
}

function applyEvent(state: PageState, event: EngineEvent): Partial<PageState> {
  if (event.type === 'load') return { load: event };
  if (event.type === 'device') return { device: event };
  if (event.type === 'calibrate') return calibrated(state, event);
  if (!state.runRequested) return putAwayReplacedRun(state, event);
  return applyRunEvent(state, event);
}

/** A calibration that somebody else asked for is not shown: nobody here would hear of its end. */
function calibrated(
  { calibrating }: PageState,
  { done, total, what }: Extract<EngineEvent, { type: 'calibrate' }>,
): Partial<PageState> {
  if (!calibrating) return {};
  // Each measurement counts steps of its own, so each has its own speed.
  const begunAt = what === calibrating.what ? calibrating.begunAt : performance.now();
  return { calibrating: { done, total, what, begunAt } };
}

/** A run that somebody else began took the place of ours in the engine: nothing can be looked up any more. */
function putAwayReplacedRun({ run }: PageState, event: EngineEvent): Partial<PageState> {
  const replaced = run !== null && event.type === 'state' && event.state === 'running';
  return replaced ? { run: null, inspection: NOTHING_INSPECTED } : {};
}

function applyRunEvent(
  state: PageState,
  event: Exclude<EngineEvent, { type: 'load' | 'device' | 'calibrate' }>,
): Partial<PageState> {
  switch (event.type) {
    case 'prepared':
      return showPrompt(state, event.prompt);
    case 'state':
      return event.state === 'running' && state.activity === 'idle'
        ? { activity: 'running', ...beginRun(state) }
        : { activity: event.state };
    case 'prefill':
      return { ...changeRun(state, { prefill: event }), ...pickAnsweringToken(state, event) };
    case 'token':
      return state.run
        ? changeRun(state, { generated: withToken(state.run.generated, event) })
        : {};
    case 'cache':
      return changeRun(state, { cache: event.snapshot });
    case 'accounting':
      return changeRun(state, { accounting: event.accounting });
  }
}

function beginRun({ prompt, runCount, setup, measures }: PageState): Partial<PageState> {
  if (!prompt) return {};
  const run: RunView = {
    id: runCount + 1,
    prompt,
    strategy: setup.strategy,
    measures,
    expected: prompt.spec.expected,
    maxTokens: Number(setup.numbers.maxTokens),
    prefill: { done: 0, total: prompt.ids.length, ms: 0 },
    generated: [],
    cache: null,
    accounting: null,
    result: null,
  };
  return { run, runCount: run.id, inspection: NOTHING_INSPECTED };
}

/** Once the prompt is read its last token is picked: the one whose attention brings the answer. */
function pickAnsweringToken(
  { run, selection }: PageState,
  { done, total }: Extract<EngineEvent, { type: 'prefill' }>,
): Partial<PageState> {
  if (!run || done < total || selection.query !== null) return {};
  return { selection: { ...selection, query: run.prompt.ids.length - 1 } };
}

function changeRun({ run }: PageState, change: Partial<RunView>): Partial<PageState> {
  return run ? { run: { ...run, ...change } } : {};
}

/** After a lost device the engine replays; a token that is already there is replaced, not doubled. */
function withToken(
  generated: GeneratedToken[],
  { index, id, piece, decodeMs }: Extract<EngineEvent, { type: 'token' }>,
): GeneratedToken[] {
  return [...generated.slice(0, index), { id, piece, decodeMs }];
}

function sameIds(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
