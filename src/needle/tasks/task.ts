import type { Paper, Parameter, ParameterValues } from '../../strategies/schema';
import type { Random } from '../random';
import type { AnswerCheck } from '../score';

/** What is hidden and asked, as plain data: an entry of `TASKS` and its parameters. */
export interface TaskChoice {
  id: string;
  values: ParameterValues;
}

/** A sentence to hide, and where. */
export interface HiddenFact {
  text: string;
  /** Percent of the haystack; see `placement.ts`. */
  depth: number;
  /** The answer needs it; the others only look like it. */
  asked: boolean;
}

/** What one seed makes of a task. */
export interface TaskInstance extends AnswerCheck {
  facts: HiddenFact[];
  question: string;
}

/** A kind of question about facts hidden in a text. */
export interface Task {
  /** kebab-case. */
  id: string;
  title: string;
  /** Two sentences: what is hidden and asked, and what it tests. */
  summary: string;
  /** What to try in the playground to see it work or fail. */
  tryThis: string;
  /** When an answer is right, and what its score is. */
  scoring: string;
  paper: Paper | null;
  parameters: Parameter[];
  /** Tokens that a right answer takes, in the embedded model's tokens and with some to spare. */
  answerTokens(values: ParameterValues): number;
  /**
   * @param values complete and in range
   * @param depth percent, where the first of the asked facts goes
   */
  make(values: ParameterValues, random: Random, depth: number): TaskInstance;
}
