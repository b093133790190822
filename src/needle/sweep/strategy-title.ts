import { choiceFrom, PRESETS } from '../../strategies/presets';
import { completeChoice, entryOf, type StrategyChoice } from '../../strategies/registry';
import { AXES } from '../../strategies/schema';
import type { SweepStrategy } from './plan';

/** A strategy of a sweep, with a title made of what was chosen: the preset's, or "SnapKV (budget 64)". */
export function sweepStrategy(choice: StrategyChoice): SweepStrategy {
  return { title: titleOf(completeChoice(choice)), choice };
}

/**
 * Reads a strategy as a command line gives it: a preset, and after a colon settings with commas between, as in
 * `snapkv:cache.budget=64,score=temperature`.
 * @throws TroubleError `bad-input`
 */
export function parseStrategy(text: string): SweepStrategy {
  const [id, ...rest] = text.split(':');
  const settings = rest.join(':');
  // A list of heads has commas of its own; a setting begins with the name of an axis.
  const parts = settings === '' ? [] : settings.split(/,(?=[a-z]+(?:\.[A-Za-z]+)?=)/);
  return sweepStrategy(choiceFrom(id, parts));
}

/** The preset with the same entry on every axis and the fewest other values, and these values. */
function titleOf(choice: StrategyChoice): string {
  const near = PRESETS.filter((preset) =>
    AXES.every((axis) => preset.choice[axis].id === choice[axis].id),
  )
    .map(({ title, choice: usual }) => ({ title, changes: changesOf(choice, usual) }))
    .sort((a, b) => a.changes.length - b.changes.length);
  if (near.length > 0) return withChanges(near[0].title, near[0].changes);
  const plain = choiceFrom('dense', []);
  const turned = AXES.filter((axis) => choice[axis].id !== plain[axis].id);
  return turned
    .map((axis) => {
      const { id } = choice[axis];
      const { title, parameters } = entryOf(axis, id);
      const usual = Object.fromEntries(parameters.map(({ name, default: value }) => [name, value]));
      const own = { ...plain, [axis]: choice[axis] };
      return withChanges(title, changesOf(own, { ...plain, [axis]: { id, values: usual } }));
    })
    .join(' + ');
}

/** What is another value, like "budget 64". */
function changesOf(choice: StrategyChoice, usual: StrategyChoice): string[] {
  return AXES.flatMap((axis) => {
    const { id, values } = choice[axis];
    return entryOf(axis, id)
      .parameters.filter(({ name }) => values[name] !== usual[axis].values[name])
      .map(({ name, title }) => `${title.toLowerCase()} ${values[name]}`);
  });
}

function withChanges(title: string, changes: string[]): string {
  return changes.length === 0 ? title : `${title} (${changes.join(', ')})`;
}
