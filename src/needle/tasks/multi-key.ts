import { numberValue } from '../../strategies/schema';
import { answerTokens, drawFacts, VALUE_PARAMETER } from './facts';
import { RULER } from './papers';
import type { Task } from './task';

export const multiKey: Task = {
  id: 'multi-key',
  title: 'Distractors',
  summary:
    'Many facts of one kind are hidden and one of them is asked for. It tests whether the model takes the one that the question names, and whether a cache keeps the right one before it knows the question.',
  tryThis:
    'Raise the number of distractors under SnapKV, then under a policy that never sees the question.',
  scoring:
    'Right when the first line of the answer contains the value asked for; score: share of its words.',
  paper: RULER,
  parameters: [
    {
      kind: 'integer',
      name: 'distractors',
      title: 'Distractors',
      unit: 'facts',
      min: 1,
      max: 256,
      step: 1,
      default: 4,
      meaning: 'Facts of the same kind about other names, at places drawn at random.',
    },
    VALUE_PARAMETER,
  ],
  answerTokens: ({ value }) => answerTokens(String(value)),
  make(values, random, depth) {
    const count = numberValue(values, 'distractors') + 1;
    const [asked, ...others] = drawFacts(String(values.value), count, random);
    return {
      facts: [
        { text: asked.text, depth, asked: true },
        ...others.map(({ text }) => ({ text, depth: random.next() * 100, asked: false })),
      ],
      question: asked.question,
      expected: [asked.value],
    };
  },
};
