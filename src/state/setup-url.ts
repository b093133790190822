import type { HaystackRef } from '../needle/prompt-spec';
import { settingsOfTask, taskFrom } from '../needle/tasks/registry';
import type { TaskChoice } from '../needle/tasks/task';
import { choiceFrom, PRESETS } from '../strategies/presets';
import { entryOf, type StrategyChoice } from '../strategies/registry';
import { AXES, type ParameterValues } from '../strategies/schema';
import { AGGREGATES, type Aggregate } from '../worker/protocol';
import { PROMPT_PARAMETERS, presetOfChoice, type Setup } from './setup';

/** What is picked in all panels at once. */
export interface Selection {
  layer: number;
  head: number;
  /** How the map makes one of all layers, or of all heads; absent: it shows the picked one. */
  overLayers?: Aggregate;
  overHeads?: Aggregate;
  /** Position of the picked query token, or null. */
  query: number | null;
  /** Position of the picked key token, or null. */
  key: number | null;
  /** Position of the row at whose time the run is looked at; null: now, the newest row. */
  step: number | null;
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
  if (setup.task) {
    query.set('task', setup.task.id);
    for (const setting of settingsOfTask(setup.task)) query.append('task-set', setting);
  }
  if (setup.chat) query.set('chat', '1');
  writeChoice(query, setup.strategy, 'strategy', 'set');
  if (setup.compared) writeChoice(query, setup.compared, 'with', 'with-set');
  query.set('layer', String(selection.layer));
  query.set('head', String(selection.head));
  if (selection.overLayers) query.set('layers', selection.overLayers);
  if (selection.overHeads) query.set('heads', selection.overHeads);
  if (selection.query !== null) query.set('query', String(selection.query));
  if (selection.key !== null) query.set('key', String(selection.key));
  if (selection.step !== null) query.set('step', String(selection.step));
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
  return {
    setup: {
      haystack: haystackIn(query) ?? setup.haystack,
      wholeText: query.has('text') ? query.has('whole') : setup.wholeText,
      needle: text('needle', setup.needle),
      question: text('question', setup.question),
      expected: text('expected', setup.expected),
      task: taskIn(query, setup.task),
      chat: query.has('chat') ? query.get('chat') === '1' : setup.chat,
      numbers: numbersIn(query, setup.numbers),
      strategy: choiceIn(query, 'strategy', 'set') ?? setup.strategy,
      compared: choiceIn(query, 'with', 'with-set') ?? setup.compared,
    },
    selection: {
      layer: positionIn(query, 'layer') ?? selection.layer,
      head: positionIn(query, 'head') ?? selection.head,
      ...aggregateIn(query, 'layers', 'overLayers'),
      ...aggregateIn(query, 'heads', 'overHeads'),
      query: positionIn(query, 'query'),
      key: positionIn(query, 'key'),
      step: positionIn(query, 'step'),
    },
  };
}

function haystackIn(query: URLSearchParams): HaystackRef | null {
  const text = query.get('text');
  if (text !== null) return { text, title: query.get('title') ?? 'Own text' };
  const id = query.get('haystack');
  return id === null ? null : { id };
}

/** An address that names a needle and no task means the needle. */
function taskIn(query: URLSearchParams, otherwise: TaskChoice | null): TaskChoice | null {
  const task = query.get('task');
  if (task !== null) return taskFrom(task, query.getAll('task-set'));
  return query.has('needle') ? null : otherwise;
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

function writeChoice(
  query: URLSearchParams,
  choice: StrategyChoice,
  name: string,
  setName: string,
): void {
  const preset = presetOfChoice(choice)?.id;
  query.set(name, preset ?? PRESETS[0].id);
  if (!preset) for (const setting of settingsOf(choice)) query.append(setName, setting);
}

function choiceIn(query: URLSearchParams, name: string, setName: string): StrategyChoice | null {
  const preset = query.get(name);
  return preset === null ? null : choiceFrom(preset, query.getAll(setName));
}

function positionIn(query: URLSearchParams, name: string): number | null {
  const given = query.get(name);
  return given !== null && /^\d+$/.test(given) ? Number(given) : null;
}

function aggregateIn<K extends string>(
  query: URLSearchParams,
  name: string,
  field: K,
): { [key in K]?: Aggregate } {
  const found = AGGREGATES.find((aggregate) => aggregate === query.get(name));
  return found ? ({ [field]: found } as { [key in K]: Aggregate }) : {};
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
