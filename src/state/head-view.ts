export const HEAD_SCORES = [
  'retrieval',
  'copy',
  'sink',
  'entropy',
  'distance',
  'influence',
  'induction',
  'echo',
  'class',
] as const;

/** What a head can be looked at for. */
export type HeadScore = (typeof HEAD_SCORES)[number];

/** How the heads are shown, and how many of them an ablation takes. */
export interface HeadView {
  score: HeadScore;
  /** Mean weight on the first token above which a head counts as having a sink there (ε of Gu et al.). */
  threshold: number;
  /** How many heads are ablated or pruned at once. */
  count: number;
  /** Chooses the random heads that the first ones are compared with. */
  seed: number;
}

export const FIRST_HEAD_VIEW: HeadView = { score: 'retrieval', threshold: 0.3, count: 3, seed: 1 };
