import { TroubleError } from '../trouble';
import { COMPOSED } from './composed';
import { completeChoice, REGISTRY, type StrategyChoice } from './registry';
import {
  AXES,
  type Axis,
  type Description,
  type Entry,
  type EntryPreset,
  FAMILIES,
  type Family,
  type ParameterValues,
} from './schema';

/** A named system of a paper: one value on each axis. */
export interface Preset extends Omit<Description, 'tryThis'> {
  family: Family;
  choice: StrategyChoice;
}

/** What the axes are where a system says nothing about them. */
const plain: StrategyChoice = {
  prefill: { id: 'dense', values: {} },
  cache: { id: 'keep-all', values: {} },
  decode: { id: 'all', values: {} },
  score: { id: 'softmax', values: {} },
};

function presetFrom(axis: Axis, entry: Entry<unknown, unknown>, preset: EntryPreset): Preset {
  const { id, title, family, values = {}, others = {} } = preset;
  return {
    id,
    title,
    family,
    summary: preset.summary ?? entry.summary,
    formula: entry.formula,
    paper: preset.paper ?? entry.paper,
    choice: completeChoice({ ...plain, ...others, [axis]: { id: entry.id, values } }),
  };
}

/** Every system that has a name, by family: those that the entries declare, and those composed of several. */
export const PRESETS: Preset[] = [
  ...AXES.flatMap((axis) =>
    (REGISTRY[axis] as Entry<unknown, unknown>[]).flatMap((entry) =>
      (entry.presets ?? []).map((preset) => presetFrom(axis, entry, preset)),
    ),
  ),
  ...COMPOSED.map(
    ({ choice, ...preset }): Preset => ({
      ...preset,
      family: 'Composed systems',
      choice: completeChoice({ ...plain, ...choice }),
    }),
  ),
].sort((a, b) => FAMILIES.indexOf(a.family) - FAMILIES.indexOf(b.family));

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
