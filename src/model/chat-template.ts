/** Chat templates: programs in Jinja that come with a model and are not to be trusted. */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { TroubleError } from '../trouble';
import type { ModelFiles } from './files';

/** A template and the names of the tokens that it may ask for. */
export interface ChatTemplate {
  source: string;
  bosToken: string;
  eosToken: string;
}

/** What a template puts around the user's words. */
export interface ChatFrame {
  before: string;
  after: string;
}

/** The longest known ones have 15,000 characters. */
const LONGEST_SOURCE = 1 << 17;
const LONGEST_RESULT = 1 << 16;
const LONGEST_RANGE = 10_000;
/** Models of one maker ask for a date; one that stays keeps the prompt, and what heads do, the same. */
const DATE = '26 Jul 2024';
/** Stands for the user's words; no template changes letters and digits. */
const PLACEHOLDER = 'Needlescope7f3a9cUserWords';

/** The template beside a tokenizer, or inside its configuration; null where there is none. */
export async function findChatTemplate(
  files: ModelFiles,
  tokenizerConfig: unknown,
): Promise<string | null> {
  const { chat_template: found } = (tokenizerConfig ?? {}) as { chat_template?: unknown };
  if (typeof found === 'string') return found;
  // Several, by name.
  const named = Array.isArray(found) ? found : [];
  const usual = named.find((one) => one?.name === 'default') ?? named[0];
  if (typeof usual?.template === 'string') return usual.template;
  // Newer libraries write a file of its own instead.
  const file = await files.open('chat_template.jinja');
  // What is too long is refused when it is used, with what is here of it.
  return (
    file && new TextDecoder().decode(await file.read(0, Math.min(file.size, LONGEST_SOURCE + 1)))
  );
}

/**
 * Renders one message of the user and the beginning of the answer. Endless loops are the caller's to end.
 * @throws TroubleError `model-damaged` for a template that fails, or that does not put the words into the text
 *   as they are, once
 */
export function renderFrame({ source, bosToken, eosToken }: ChatTemplate): ChatFrame {
  if (source.length > LONGEST_SOURCE) refuse(`it has ${source.length} characters`);
  let text: string;
  try {
    const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    const environment = new Environment();
    const globals = {
      ...CONSTANTS,
      messages: [{ role: 'user', content: PLACEHOLDER }],
      add_generation_prompt: true,
      bos_token: bosToken,
      eos_token: eosToken,
      date_string: DATE,
      strftime_now: () => DATE,
      range: boundedRange,
      raise_exception: raise,
    };
    for (const [name, value] of Object.entries(globals)) environment.set(name, value);
    text = String(new Interpreter(environment).run(program).value);
  } catch (error) {
    return refuse(`it fails: ${error instanceof Error ? error.message.slice(0, 300) : error}`);
  }
  const parts = text.split(PLACEHOLDER);
  if (parts.length !== 2) {
    refuse(`it puts the user's words into the text ${parts.length - 1} times instead of once`);
  }
  const [before, after] = parts;
  if (before.length + after.length > LONGEST_RESULT) {
    refuse(`it puts ${before.length + after.length} characters around the user's words`);
  }
  return { before, after };
}

const CONSTANTS = { true: true, false: false, none: null, True: true, False: false, None: null };

function raise(message: unknown): never {
  throw new Error(String(message));
}

function boundedRange(...given: unknown[]): number[] {
  const [start, stop, step] =
    given.length === 1 ? [0, given[0], 1] : [given[0], given[1], given[2] ?? 1];
  const [from, to, by] = [Number(start), Number(stop), Number(step)];
  const count = Math.ceil((to - from) / by);
  if (!Number.isFinite(count) || count > LONGEST_RANGE)
    throw new Error(`range() of ${count} numbers is too long`);
  return Array.from({ length: Math.max(0, count) }, (_, i) => from + i * by);
}

function refuse(why: string): never {
  throw new TroubleError(
    'model-damaged',
    `The model's chat template cannot be used: ${why}.`,
    'Switch “use chat template” off; the model reads plain text.',
  );
}
