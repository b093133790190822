import { answerTokens, drawFacts, VALUE_PARAMETER } from './facts';
import type { Task } from './task';

export const singleNeedle: Task = {
  id: 'single-needle',
  title: 'Single needle',
  summary:
    'One fact is hidden in the text and asked for after it. It tests whether the model still reaches a place that nothing around it points to.',
  tryThis:
    'Ask for a number, then for half a sentence: every further word is one more chance to slip.',
  scoring: 'Right when the first line of the answer contains the value; score: share of its words.',
  paper: {
    title: 'Needle In A Haystack: pressure testing LLMs',
    authors: 'Kamradt',
    year: 2023,
    arxiv: null,
  },
  parameters: [VALUE_PARAMETER],
  answerTokens: ({ value }) => answerTokens(String(value)),
  make({ value: kind }, random, depth) {
    const [{ text, question, value }] = drawFacts(String(kind), 1, random);
    return { facts: [{ text, depth, asked: true }], question, expected: [value] };
  },
};
