import type { HeadlessRun, RunOptions } from '../../../../src/app/headless-types';

/** One run of the page, as `window.needlescope.run` gives it. */
export type RunPrompt = (options: RunOptions) => Promise<HeadlessRun>;

/** A strategy as a person writes it down: a preset, and settings laid over it. */
export interface Setup {
  strategy: string;
  set?: string[];
}

/** What a set of prompts gave under one strategy, means over the prompts. */
export interface Outcome {
  prompts: number;
  found: number;
  /** Share of the prompts whose needle was found. */
  accuracy: number;
  /** Cache bytes at the end ÷ bytes if all were kept. */
  bytes: number;
  /** Pairs computed ÷ causal pairs. */
  density: number;
  /** Entries read per step and head ÷ entries of the text. */
  read: number;
  runs: HeadlessRun[];
}

/** Runs needle prompts, each once: directions that compare with the same run share it. */
export class Experiment {
  private readonly done = new Map<string, Promise<HeadlessRun>>();

  private scores: Promise<number[][]> | null = null;

  /**
   * @param measureInduction scores of the heads, [layer][head]
   * @param prompts how many needles of different seeds and depths a figure is over
   */
  constructor(
    private readonly runPrompt: RunPrompt,
    private readonly measureInduction: () => Promise<number[][]>,
    readonly prompts: number,
  ) {}

  /** The needle prompts under a strategy. */
  async needles(
    { strategy, set = [] }: Setup,
    options: RunOptions & { prompts?: number } = {},
  ): Promise<Outcome> {
    const { prompts = this.prompts, ...more } = options;
    const runs: HeadlessRun[] = [];
    for (let seed = 1; seed <= prompts; seed++) {
      // Depths spread over the text, away from sinks and window.
      const depth = 20 + ((seed * 37) % 60);
      runs.push(await this.run({ strategy, set, seed, depth, length: 512, ...more }));
    }
    const mean = (value: (run: HeadlessRun) => number) =>
      runs.reduce((sum, run) => sum + value(run), 0) / runs.length;
    return {
      prompts,
      found: runs.filter((run) => run.correct).length,
      accuracy: mean((run) => (run.correct ? 1 : 0)),
      bytes: mean((run) => run.kvBytes.end / run.kvBytes.dense),
      density: mean((run) => run.accounting.density),
      read: mean((run) => run.accounting.entriesPerStep / run.promptTokens),
      runs,
    };
  }

  /** Names of all heads, the one that repeats what followed earlier most first. */
  async headsByInduction(): Promise<string[]> {
    this.scores ??= this.measureInduction();
    return (await this.scores)
      .flatMap((heads, layer) => heads.map((score, head) => ({ name: `${layer}.${head}`, score })))
      .sort((a, b) => b.score - a.score)
      .map(({ name }) => name);
  }

  run(options: RunOptions): Promise<HeadlessRun> {
    const key = JSON.stringify(options);
    let run = this.done.get(key);
    if (!run) {
      run = this.runPrompt(options);
      this.done.set(key, run);
    }
    return run;
  }
}

/** `5/6 needles` */
export function needles({ found, prompts }: Outcome): string {
  return `${found}/${prompts} needles`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** For shares that differ by little. */
export function exactPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
