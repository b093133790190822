import { TroubleError } from '../trouble';
import { keepAll } from './cache/keep-all';
import { sinksRecent } from './cache/sinks-recent';
import { window } from './cache/window';
import { all } from './decode/all';
import { dense } from './prefill/dense';
import { completeChoice, type StrategyChoice } from './registry';
import { AXES, type Axis, type Description, type ParameterValues } from './schema';
import { softmax } from './score/softmax';

/** A named system of a paper: one value on each axis. */
export interface Preset extends Pick<Description, 'id' | 'title' | 'summary' | 'paper'> {
  choice: StrategyChoice;
}

const plain: StrategyChoice = {
  prefill: { id: dense.id, values: {} },
  cache: { id: keepAll.id, values: {} },
  decode: { id: all.id, values: {} },
  score: { id: softmax.id, values: {} },
};

export const PRESETS: Preset[] = [
  {
    id: 'dense',
    title: 'Dense',
    summary: 'Full attention over a cache that keeps everything: the yardstick.',
    paper: dense.paper,
    choice: completeChoice(plain),
  },
  {
    id: 'window',
    title: 'Window attention',
    summary: 'Only the newest tokens stay in the cache, at their places in the text.',
    paper: window.paper,
    choice: completeChoice({ ...plain, cache: { id: window.id, values: {} } }),
  },
  {
    id: 'streaming-llm',
    title: 'StreamingLLM',
    summary: 'A few sink tokens and the newest ones stay; positions count inside the cache.',
    paper: sinksRecent.paper,
    choice: completeChoice({ ...plain, cache: { id: sinksRecent.id, values: {} } }),
  },
];

/** @throws TroubleError `bad-input` that lists the presets that exist. */
export function presetOf(id: string): Preset {
  const preset = PRESETS.find((candidate) => candidate.id === id);
  if (!preset) {
    const ids = PRESETS.map((candidate) => candidate.id).join(', ');
    throw new TroubleError('bad-input', `There is no strategy "${id}".`, `There are: ${ids}.`);
  }
  return preset;
}

/** The preset that equals a choice, or null when an axis was turned. */
export function presetLike(choice: StrategyChoice): Preset | null {
  const key = (candidate: StrategyChoice) => JSON.stringify(AXES.map((axis) => candidate[axis]));
  const wanted = key(completeChoice(choice));
  return PRESETS.find((preset) => key(preset.choice) === wanted) ?? null;
}

/**
 * A preset with settings like `cache.recent=256` laid over it; `cache=window` switches the whole axis.
 * @throws TroubleError `bad-input` for an axis, entry, parameter or value that does not exist.
 */
export function choiceFrom(presetId: string, settings: string[]): StrategyChoice {
  const choice = structuredClone(presetOf(presetId).choice);
  const pairs = settings.map(parseSetting);
  // Entries first, so that a parameter may come before the switch that brings it.
  for (const { axis, name, value } of pairs)
    if (name === null) choice[axis] = { id: value, values: {} };
  for (const { axis, name, value } of pairs) {
    if (name !== null) {
      const values: ParameterValues = { ...choice[axis].values, [name]: value };
      choice[axis] = { ...choice[axis], values };
    }
  }
  return completeChoice(choice);
}

function parseSetting(setting: string): { axis: Axis; name: string | null; value: string } {
  const match = /^([a-z]+)(?:\.([A-Za-z]+))?=(.*)$/s.exec(setting);
  const axis = AXES.find((candidate) => candidate === match?.[1]);
  if (!match || !axis) {
    throw new TroubleError(
      'bad-input',
      `The setting "${setting}" is not of the form axis.parameter=value or axis=entry.`,
      `Axes: ${AXES.join(', ')}. Example: cache.recent=256.`,
    );
  }
  return { axis, name: match[2] ?? null, value: match[3] };
}
