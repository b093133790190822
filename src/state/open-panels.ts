/** Panels that a person may fold away. A folded panel looks up nothing, so it costs the model nothing. */
export type FoldablePanel =
  | 'tokens'
  | 'heatmap'
  | 'heads'
  | 'sinks'
  | 'cache'
  | 'timing'
  | 'compare'
  | 'needle-lab'
  | 'perplexity';

const KEY = 'needlescope.folded-panels';

/** Panels that were folded at the last visit. */
export function restoreFolded(): FoldablePanel[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored : [];
  } catch {
    // A browser may forbid storage, or somebody may have written there: all panels are open then.
    return [];
  }
}

export function storeFolded(folded: FoldablePanel[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(folded));
  } catch {
    // The page works without; the next visit shows every panel.
  }
}
