import type { HaystackRef } from '../needle/prompt-spec';
import { choiceFrom, PRESETS } from '../strategies/presets';
import { entryOf, type StrategyChoice } from '../strategies/registry';
import { AXES, type ParameterValues } from '../strategies/schema';
import { PROMPT_PARAMETERS, presetOfChoice, type Setup } from './setup';

/** What is picked in all panels at once. */
export interface Selection {
  layer: number;
  head: number;
  /** Position of the picked query token, or null. */
  query: number | null;
  /** Position of the picked key token, or null. */
  key: number | null;
}

/** Longest own text that still travels in the address; browsers and chat programs cut longer ones. */
export const MAX_TEXT_IN_URL = 20_000;

/** The part of the address after `#` that holds a setup and a selection. */
export function hashOf(setup: Setup, selection: Selection): string {
  const query = new URLSearchParams();
  const { haystack } = setup;
  if ('id' in haystack) {
    query.set('haystack', haystack.id);
  } else if (haystack.text.length <= MAX_TEXT_IN_URL) {
    query.set('title', haystack.title);
    query.set('text', haystack.text);
    if (setup.wholeText) query.set('whole', '1');
  }
  for (const name of Object.keys(PROMPT_PARAMETERS)) query.set(name, String(setup.numbers[name]));
  query.set('needle', setup.needle);
  query.set('question', setup.question);
  query.set('expected', setup.expected);
  const preset = presetOfChoice(setup.strategy)?.id;
  query.set('strategy', preset ?? PRESETS[0].id);
  if (!preset) for (const setting of settingsOf(setup.strategy)) query.append('set', setting);
  query.set('layer', String(selection.layer));
  query.set('head', String(selection.head));
  if (selection.query !== null) query.set('query', String(selection.query));
  if (selection.key !== null) query.set('key', String(selection.key));
  return `#${query}`;
}

/**
 * Lays what an address holds over a setup; what it does not name stays.
 * @throws TroubleError `bad-input` for a strategy that does not exist.
 */
export function readHash(
  hash: string,
  setup: Setup,
  selection: Selection,
): { setup: Setup; selection: Selection } {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const text = (name: string, otherwise: string) => query.get(name) ?? otherwise;
  const strategy = query.get('strategy');
  return {
    setup: {
      haystack: haystackIn(query) ?? setup.haystack,
      wholeText: query.has('text') ? query.has('whole') : setup.wholeText,
      needle: text('needle', setup.needle),
      question: text('question', setup.question),
      expected: text('expected', setup.expected),
      numbers: numbersIn(query, setup.numbers),
      strategy: strategy === null ? setup.strategy : choiceFrom(strategy, query.getAll('set')),
    },
    selection: {
      layer: positionIn(query, 'layer') ?? selection.layer,
      head: positionIn(query, 'head') ?? selection.head,
      query: positionIn(query, 'query'),
      key: positionIn(query, 'key'),
    },
  };
}

function haystackIn(query: URLSearchParams): HaystackRef | null {
  const text = query.get('text');
  if (text !== null) return { text, title: query.get('title') ?? 'Own text' };
  const id = query.get('haystack');
  return id === null ? null : { id };
}

function numbersIn(query: URLSearchParams, otherwise: ParameterValues): ParameterValues {
  const numbers: ParameterValues = {};
  for (const name of Object.keys(PROMPT_PARAMETERS)) {
    const given = query.get(name);
    const number = given === null || given.trim() === '' ? Number.NaN : Number(given);
    numbers[name] = given === null ? otherwise[name] : Number.isNaN(number) ? given : number;
  }
  return numbers;
}

function positionIn(query: URLSearchParams, name: string): number | null {
  const given = query.get(name);
  return given !== null && /^\d+$/.test(given) ? Number(given) : null;
}

/** What differs from the defaults of the first preset, in the form that `choiceFrom` reads. */
function settingsOf(choice: StrategyChoice): string[] {
  return AXES.flatMap((axis) => {
    const { id, values } = choice[axis];
    const { parameters } = entryOf(axis, id);
    const changed = parameters.filter(
      ({ name, default: usual }) => values[name] !== undefined && values[name] !== usual,
    );
    return [`${axis}=${id}`, ...changed.map(({ name }) => `${axis}.${name}=${values[name]}`)];
  });
}
