import { entryOf, type StrategyChoice } from './registry';
import { AXES, type Axis, type Trait } from './schema';

/** Traits that exclude each other, and why. */
const RULES: [Trait, Trait, reason: string][] = [
  [
    'plans',
    'evicts-while-reading',
    'A sparse prefill chooses among all earlier keys, but this cache policy drops some while the prompt is read.',
  ],
  [
    'plans',
    'streams-heads',
    'A sparse prefill chooses among all earlier keys, but under head classes some heads drop theirs while the prompt is read.',
  ],
  [
    'plans',
    'reindexes',
    'A sparse prefill chooses by scores at places of the text, but here keys are cached without their places.',
  ],
  [
    'watches-weights',
    'reindexes',
    'This cache policy adds up weights over the text, but here places are counted anew at every step.',
  ],
  [
    'watches-each-token',
    'selects',
    'This cache policy ranks all entries by the weights of every step, but a selection computes only some of them.',
  ],
  [
    'stretches-positions',
    'reindexes',
    'Positions counted inside the cache never get long, so there is nothing to stretch.',
  ],
  [
    'remembers-slots',
    'evicts-each-token',
    'What is read is remembered by its slot, but under this cache policy entries change their slots at every token.',
  ],
  [
    'remembers-slots',
    'evicts-while-reading',
    'What is read is remembered by its slot, but under this cache policy entries change their slots as others leave.',
  ],
  [
    'remembers-slots',
    'streams-heads',
    'What is read is remembered by its slot, but in streaming heads entries change their slots as others leave.',
  ],
  [
    'remembers-pages',
    'evicts-each-token',
    'Pages are judged by what they held, but under this cache policy entries move to other pages at every token.',
  ],
  [
    'remembers-pages',
    'evicts-while-reading',
    'Pages are judged by what they held, but under this cache policy the oldest leave at every token.',
  ],
  [
    'holds-beside',
    'selects',
    'A selection reads entries from pages, but this cache policy holds most of them in a form of its own.',
  ],
  [
    'holds-beside',
    'edits-weights',
    'This score rule changes single weights, which entries held outside the pages do not offer.',
  ],
  [
    'sums-columns',
    'plans',
    'This score rule adds up what every key gets from all rows, but a sparse prefill leaves pairs out.',
  ],
  [
    'sums-columns',
    'selects',
    'This score rule adds up what every key gets from all rows, but here a step reads only some keys.',
  ],
  [
    'sums-columns',
    'reindexes',
    'This score rule adds up what every key gets at its place in the text, but here places are counted anew.',
  ],
  ['holds-beside', 'reindexes', 'Entries held outside the pages keep their places in the text.'],
];

/** Why the entry of one axis cannot run with what the others chose, or null. The choice is complete. */
export function conflictAt(axis: Axis, choice: StrategyChoice): string | null {
  const own = traitsOf(axis, choice);
  const others = AXES.filter((other) => other !== axis).flatMap((other) => traitsOf(other, choice));
  for (const [one, another, reason] of RULES) {
    const clash =
      (own.includes(one) && others.includes(another)) ||
      (own.includes(another) && others.includes(one));
    if (clash) return reason;
  }
  return entryOf(axis, choice[axis].id).conflicts?.(choice) ?? null;
}

/** The first axis, in the order of the page, whose entry objects to the rest; null: the choice can run. */
export function conflictOf(choice: StrategyChoice): { axis: Axis; reason: string } | null {
  for (const axis of AXES) {
    const reason = conflictAt(axis, choice);
    if (reason !== null) return { axis, reason };
  }
  return null;
}

function traitsOf(axis: Axis, choice: StrategyChoice): Trait[] {
  return entryOf(axis, choice[axis].id).traits ?? [];
}
