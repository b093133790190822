const TARGET_MS = 50;
const MOST_WORKGROUPS = 65535;

/**
 * Submits workgroups in parts, each as large as takes about the target time.
 * @param harmless workgroups that are not too many on any adapter; no part but the last has fewer
 * @param submit resolves when the GPU has done them
 * @param stopped asked before each part
 * @returns false when stopped
 */
export async function inTurns(
  groups: number,
  harmless: number,
  submit: (first: number, count: number) => Promise<void>,
  stopped: () => boolean,
): Promise<boolean> {
  const least = Math.min(MOST_WORKGROUPS, Math.max(1, Math.floor(harmless)));
  let size = least;
  for (let first = 0; first < groups; ) {
    if (stopped()) return false;
    const count = Math.min(size, groups - first);
    const begun = performance.now();
    await submit(first, count);
    const ms = performance.now() - begun;
    if (ms > TARGET_MS) size = Math.max(least, Math.floor(size / 2));
    else if (ms < TARGET_MS / 2) size = Math.min(MOST_WORKGROUPS, size * 2);
    first += count;
  }
  return true;
}
