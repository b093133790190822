/** The next token, drawn as `shaders/sample/sample.wgsl` draws it, in plain steps. */

export interface ReferenceSampling {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
}

/** Tokens that may be drawn, with their shares; ids ascending. Equal logits are kept or dropped together. */
export function candidates(
  logits: ArrayLike<number>,
  { temperature, topK, topP }: ReferenceSampling,
): { id: number; share: number }[] {
  const all = Array.from(logits, (logit, id) => ({ id, logit }));
  const byLogit = [...all].sort((a, b) => b.logit - a.logit);
  const highest = byLogit[0].logit;
  const mass = (logit: number) => Math.exp((logit - highest) / temperature);
  const kthLargest = topK > 0 && topK < all.length ? byLogit[topK - 1].logit : -Infinity;
  let kept = byLogit.filter(({ logit }) => logit >= kthLargest);
  const wanted = topP * kept.reduce((sum, { logit }) => sum + mass(logit), 0);
  if (topP < 1) {
    let sum = 0;
    let last = -Infinity;
    for (const { logit } of kept) {
      if (sum >= wanted) break;
      sum += mass(logit);
      last = logit;
    }
    kept = kept.filter(({ logit }) => logit >= last);
  }
  const total = kept.reduce((sum, { logit }) => sum + mass(logit), 0);
  return kept
    .sort((a, b) => a.id - b.id)
    .map(({ id, logit }) => ({ id, share: mass(logit) / total }));
}

/** The first id whose running share exceeds the random number; at temperature 0 the largest logit. */
export function sample(
  logits: ArrayLike<number>,
  sampling: ReferenceSampling,
  position: number,
): number {
  if (sampling.temperature === 0) {
    return Array.from(logits).reduce((best, logit, id) => (logit > logits[best] ? id : best), 0);
  }
  const kept = candidates(logits, sampling);
  const random = uniform(sampling.seed, position);
  let passed = 0;
  for (const { id, share } of kept) {
    passed += share;
    if (passed > random) return id;
  }
  return kept[kept.length - 1].id;
}

/** Uniform in [0, 1): 24 bits of the PCG hash of seed and position. */
export function uniform(seed: number, position: number): number {
  return (pcg((seed ^ pcg(position)) >>> 0) >>> 8) / 2 ** 24;
}

function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}
