import type { PageState, RunView } from '../../state/page-store';
import { presetOfChoice } from '../../state/setup';
import { hashOf } from '../../state/setup-url';
import { neededCalibrations } from '../../strategies/needed-calibrations';
import type { RunRequest } from '../../worker/protocol';
import { strategyTitle } from './strategy-title';

/** What a panel's picture and numbers are about. */
export interface ExportSubject {
  /** What was run, for the name of the file: a strategy, or several. */
  name: string;
  /** The line under the picture's title. */
  caption: string;
  /** What `whole` is, for people: "the run". */
  title: string;
  /** All of it, with everything needed to repeat it. */
  whole: unknown;
}

/** The run on screen; null: none yet. */
export function runSubject(state: PageState): ExportSubject | null {
  const { run, model } = state;
  if (!run || !model) return null;
  const name = presetOfChoice(run.strategy)?.id ?? 'custom';
  const { haystack } = run.prompt.spec;
  return {
    name,
    caption: [
      model.name,
      strategyTitle(run.strategy),
      `${run.prompt.ids.length} tokens of ${'id' in haystack ? haystack.id : haystack.title}`,
      run.prompt.needleSpan ? `needle at ${run.prompt.spec.depth} %` : 'no needle',
    ].join(' · '),
    title: 'the run',
    whole: wholeRun(state, run),
  };
}

function wholeRun(state: PageState, run: RunView) {
  const { prompt, generated, cache, accounting, result } = run;
  return {
    about: 'Needlescope run',
    address: addressOf(state, run),
    model: withoutCalibration(state),
    request: requestOf(state, run),
    result,
    promptIds: prompt.ids,
    needleSpan: prompt.needleSpan,
    questionSpan: prompt.questionSpan,
    realisedDepth: prompt.realisedDepth,
    generated,
    cache,
    accounting,
  };
}

/** What `window.needlescope` and the worker take to do the same again. */
function requestOf({ calibration }: PageState, run: RunView): RunRequest {
  const { spec } = run.prompt;
  return {
    prompt: spec,
    strategy: run.strategy,
    // Head lists that the strategy does not read would only hide what matters.
    calibration: neededCalibrations(run.strategy).length > 0 ? calibration : null,
    sampling: { temperature: 0, topK: 0, topP: 1, seed: spec.seed },
    maxTokens: run.maxTokens,
    inspect: true,
    ...run.measures,
  };
}

/** The address of the page that shows this run, whatever is set up for the next one. */
function addressOf({ setup, selection }: PageState, { prompt, strategy, maxTokens }: RunView) {
  const { haystack, length, depth, needle, question, expected, seed } = prompt.spec;
  const ran = {
    ...setup,
    haystack,
    wholeText: length === null,
    needle,
    question,
    expected,
    numbers: { ...setup.numbers, depth, seed, maxTokens, ...(length === null ? {} : { length }) },
    strategy,
  };
  const page = new URL(location.href);
  page.hash = hashOf(ran, selection);
  return page.href;
}

function withoutCalibration({ model }: PageState) {
  if (!model) return null;
  const { calibration: _, ...others } = model;
  return others;
}
