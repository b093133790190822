import { TroubleError } from '../trouble';
import type { HaystackRef, PromptSpec } from './prompt-spec';
import { RANDOM_WORDS, randomWords } from './random-words';

/** One of the texts that come with the page. */
export interface Haystack {
  id: string;
  title: string;
  work: string;
  author: string;
  year: number;
  /** Why it may be copied. */
  rights: string;
  file: string;
}

/** What was already fetched, by address. */
const fetched = new Map<string, Promise<string>>();

/**
 * The bundled texts.
 * @param folder address of the `haystacks` folder, ending in a slash
 * @throws TroubleError where it cannot be fetched
 */
export async function listHaystacks(folder: string): Promise<Haystack[]> {
  return JSON.parse(await fetchText(`${folder}index.json`)) as Haystack[];
}

/**
 * The text of a haystack.
 * @param drawn seed and length of a text that is drawn
 * @throws TroubleError `bad-input` for an id that does not exist, listing those that do.
 */
export async function haystackText(
  ref: HaystackRef,
  folder: string,
  { seed, length }: Pick<PromptSpec, 'seed' | 'length'> = { seed: 0, length: null },
): Promise<string> {
  if ('text' in ref) return ref.text;
  if (ref.id === RANDOM_WORDS.id) return randomWords(seed, length);
  const haystacks = await listHaystacks(folder);
  const haystack = haystacks.find(({ id }) => id === ref.id);
  if (!haystack) {
    const ids = [...haystacks, RANDOM_WORDS].map(({ id }) => id).join(', ');
    throw new TroubleError('bad-input', `There is no haystack "${ref.id}".`, `There are: ${ids}.`);
  }
  return fetchText(folder + haystack.file);
}

function fetchText(address: string): Promise<string> {
  let text = fetched.get(address);
  if (!text) {
    text = fetchFresh(address);
    fetched.set(address, text);
    // A failure must not be kept: the next try may succeed.
    text.catch(() => fetched.delete(address));
  }
  return text;
}

async function fetchFresh(address: string): Promise<string> {
  let reason: string;
  try {
    const response = await fetch(address);
    if (response.ok) return await response.text();
    reason = `the server answered ${response.status}`;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new TroubleError(
    'internal',
    `The text ${address} could not be fetched: ${reason}.`,
    'Check the connection, then try again.',
    [{ do: 'retry', label: 'Try again' }],
  );
}
