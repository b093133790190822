import type { PreparedPrompt } from '../needle/prompt-spec';
import type { EngineEvent, RunEvent } from '../worker/protocol';
import { applyComparisonEvent } from './comparison';
import { withLoadNews } from './models-state';
import { NOTHING_INSPECTED, type PageState, type RunView } from './page-store';
import { applyPerplexityEvent } from './perplexity';
import { applyPruneEvent } from './prune-actions';
import { emptyReport, newsOf } from './run-report';
import { applyBenchEvent } from './speed';

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
    selection: { ...state.selection, query: null, key: null, step: null },
    hover: { query: null, key: null },
  };
}

function applyEvent(state: PageState, event: EngineEvent): Partial<PageState> {
  if (event.type === 'load' || event.type === 'load-note') {
    return { models: withLoadNews(state.models, event) };
  }
  if (event.type === 'device') return { device: event };
  if (event.type === 'calibrate') return calibrated(state, event);
  if (event.type === 'perplexity') return applyPerplexityEvent(state, event.event);
  if (event.type === 'bench') return applyBenchEvent(state, event);
  if (event.type === 'compared' || event.type === 'divergence') {
    return state.pruning?.state === 'running' && event.type === 'compared'
      ? applyPruneEvent(state, event.event)
      : applyComparisonEvent(state, event);
  }
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
  event: Extract<EngineEvent, { type: 'prepared' }> | RunEvent,
): Partial<PageState> {
  switch (event.type) {
    case 'prepared':
      return showPrompt(state, event.prompt);
    case 'state':
      return event.state === 'running' && state.activity === 'idle'
        ? { activity: 'running', ...beginRun(state) }
        : { activity: event.state };
    case 'prefill':
      return { ...reported(state, event), ...pickAnsweringToken(state, event) };
    default:
      return reported(state, event);
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
    ...emptyReport(prompt.ids.length),
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

function reported(
  { run }: PageState,
  event: Exclude<RunEvent, { type: 'state' }>,
): Partial<PageState> {
  return run ? { run: { ...run, ...newsOf(run, event) } } : {};
}

function sameIds(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
