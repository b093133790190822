/** A seed for a button that wants another one. */
export function drawSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
