import type { HeadlessRun } from '../../../../src/app/headless-types';
import { type Experiment, needles, type Outcome, percent, type Setup } from './experiment';

/** What a paper (or its own logic) says of a preset, and how to see whether the model at hand agrees. */
export interface Direction {
  preset: string;
  claim: string;
  measure(experiment: Experiment): Promise<{ measured: string; reproduced: boolean }>;
}

export const DENSE: Setup = { strategy: 'dense' };
/** 15 % of 512 tokens for the policies with an observation window. */
export const SMALL_BUDGET = ['cache.budget=77', 'cache.window=16'];
/** How many needles a figure may miss and still count as keeping what dense attention finds. */
export const keeps = (outcome: Outcome, dense: Outcome) =>
  outcome.found >= dense.found - Math.max(1, Math.round(dense.prompts / 8));
export const loses = (outcome: Outcome, dense: Outcome) => outcome.found <= dense.found / 2;

/** A strategy keeps the needles while it holds, computes or reads less. */
export function keepsWith(
  preset: string,
  claim: string,
  less: 'bytes' | 'density' | 'read',
  set: string[] = [],
): Direction {
  const verbs = {
    bytes: 'of the bytes held',
    density: 'of the pairs computed',
    read: 'of the entries read',
  };
  return {
    preset,
    claim,
    measure: async (experiment) => {
      const dense = await experiment.needles(DENSE);
      const outcome = await experiment.needles({ strategy: preset, set });
      return {
        measured: `${needles(outcome)} with ${percent(outcome[less])} ${verbs[less]}; dense ${needles(dense)}`,
        reproduced: keeps(outcome, dense) && outcome[less] < 0.9,
      };
    },
  };
}

/** One strategy finds more than another. */
export function beats(
  preset: string,
  claim: string,
  setup: Setup,
  other: Setup,
  names: [string, string],
  atLeast = 1,
): Direction {
  return {
    preset,
    claim,
    measure: async (experiment) => {
      const one = await experiment.needles(setup);
      const two = await experiment.needles(other);
      return {
        measured: `${names[0]} ${needles(one)} (${percent(one.bytes)} of the bytes), ${names[1]} ${needles(two)} (${percent(two.bytes)})`,
        reproduced: one.found >= two.found + atLeast,
      };
    },
  };
}

/** Mass recall of a sparse prefill against its density: what random pairs would reach. */
export function recallAboveRandom(preset: string, claim: string, set: string[] = []): Direction {
  return {
    preset,
    claim,
    measure: async (experiment) => {
      const outcome = await experiment.needles(
        { strategy: preset, set },
        { prompts: 2, recall: true },
      );
      const recall = mean(outcome.runs, (run) => run.recall?.promptMean ?? 0);
      return {
        measured: `mass recall ${percent(recall)} at ${percent(outcome.density)} density (random pairs: the density); ${needles(outcome)}`,
        reproduced: outcome.density < 0.9 && recall > outcome.density,
      };
    },
  };
}

export function mean(
  runs: HeadlessRun[],
  value: (run: HeadlessRun, index: number) => number,
): number {
  return runs.reduce((sum, run, index) => sum + value(run, index), 0) / runs.length;
}
