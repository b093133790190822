/** The texts that a model is calibrated on: always the same ones for the same model. */
import type { Checkpoint } from '../model/checkpoint';
import { haystackText } from '../needle/haystacks';
import { generateNeedle } from '../needle/needles';
import { buildPrompt } from '../needle/prompt';
import { createRandom } from '../needle/random';
import type { RepeatedText } from '../probes/head-classes';
import { repeatedIds } from '../probes/head-classes';
import type { AnsweredPrompt } from '../probes/streaming-gates';

const HAYSTACK = { id: 'stories' };
const COPIES = 4;
const LONGEST_SEGMENT = 256;
const PATTERN_TOKENS = 1024;
/** Each asks for another kind of fact, hidden too far back for a streaming head's window. */
const ANSWERED = [
  { seed: 0, length: 384, depth: 20 },
  { seed: 1, length: 448, depth: 45 },
  { seed: 2, length: 512, depth: 70 },
];
/** Of the prompts that stand in where a model has no tokenizer. */
const PASSAGE_TOKENS = 16;

type Model = Pick<Checkpoint, 'config' | 'tokenizer'>;

/** Random ids, no two the same, said four times. */
export function repeatedText({ config }: Model): RepeatedText {
  const start = startOf(config);
  const room = Math.floor((config.contextLength - start.length) / COPIES);
  return {
    start,
    segment: randomIds(config, 0).slice(0, Math.min(LONGEST_SEGMENT, room)),
    copies: COPIES,
  };
}

/** Needle prompts with the answers that repeat the needle, as the embedded model answers. */
export async function answeredPrompts(model: Model, haystacks: string): Promise<AnsweredPrompt[]> {
  const { config, tokenizer } = model;
  if (!tokenizer) return ANSWERED.map(({ seed, length }) => randomPassage(config, seed, length));
  const text = await haystackText(HAYSTACK, haystacks);
  return ANSWERED.map(({ seed, length, depth }) => {
    const needle = generateNeedle(seed);
    const answer = tokenizer.encode(` ${needle.needle}`);
    const room = Math.min(length, config.contextLength - answer.length);
    const spec = { haystack: HAYSTACK, length: room, depth, ...needle, seed };
    const { ids } = buildPrompt(spec, text, tokenizer, config.bosId);
    return { ids: Array.from(ids), answer };
  });
}

/** One needle prompt; where the model has no tokenizer, random ids that repeat. */
export async function patternText(model: Model, haystacks: string): Promise<number[]> {
  const { config, tokenizer } = model;
  const length = Math.min(PATTERN_TOKENS, config.contextLength);
  if (!tokenizer) return repeatedIds(repeatedText(model)).slice(0, length);
  const spec = { haystack: HAYSTACK, length, depth: 50, ...generateNeedle(0), seed: 0 };
  const text = await haystackText(HAYSTACK, haystacks);
  return Array.from(buildPrompt(spec, text, tokenizer, config.bosId).ids);
}

/** Random ids with a passage in the middle whose first half comes again at the end; its rest is the answer. */
function randomPassage(config: Model['config'], seed: number, length: number): AnsweredPrompt {
  const random = createRandom(seed);
  const ids = randomIds(config, seed);
  const start = startOf(config);
  const passage = Array.from({ length: PASSAGE_TOKENS }, () => random.pick(ids));
  const asked = passage.slice(0, PASSAGE_TOKENS / 2);
  const answer = passage.slice(PASSAGE_TOKENS / 2);
  const taken = start.length + passage.length + asked.length;
  const room = Math.min(length, config.contextLength - answer.length) - taken;
  const filler = Array.from({ length: room }, () => random.pick(ids));
  const before = filler.slice(0, room / 2);
  return {
    ids: [...start, ...before, ...passage, ...filler.slice(before.length), ...asked],
    answer,
  };
}

/** The model's ordinary ids in random order. */
function randomIds({ vocabSize, bosId, eosIds }: Model['config'], seed: number): number[] {
  const random = createRandom(seed);
  const ids = Array.from({ length: vocabSize }, (_, id) => id).filter(
    (id) => id !== bosId && !eosIds.includes(id),
  );
  for (let last = ids.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [ids[last], ids[other]] = [ids[other], ids[last]];
  }
  return ids;
}

function startOf({ bosId }: Model['config']): number[] {
  return bosId === null ? [] : [bosId];
}
