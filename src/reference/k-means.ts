import { dot, mean, normalised } from './vectors';

/** Lloyd iterations; a fixed number, so that two implementations can be compared. */
const ITERATIONS = 10;

export interface Clusters {
  /** labels[item]: the cluster that the item belongs to. */
  labels: number[];
  /** centroids[cluster]: mean of the members as given, not normalised. */
  centroids: Float64Array[];
}

/**
 * Spherical k-means without randomness. Items count by their direction only.
 *
 * 1. Centroid c of `count` starts as the direction of item floor((c + ½) · items / count).
 * 2. Ten times: each item joins the centroid with the greatest dot product of directions, of equal ones the
 *    lowest; then each centroid becomes the direction of the mean of its members' directions.
 * 3. The labels are those of the tenth assignment; a cluster's centroid is the plain mean of its members.
 *
 * A cluster without members keeps its direction, in step 2 and as its centroid at the end.
 * @param count clusters, at least 1 if there are items; no more than there are items
 */
export function kMeans(items: Float64Array[], count: number): Clusters {
  const directions = items.map(normalised);
  let centres = Array.from(
    { length: count },
    (_, c) => directions[Math.floor(((c + 0.5) * items.length) / count)],
  );
  let labels: number[] = [];
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    labels = directions.map((direction) => nearest(direction, centres));
    centres = centres.map((centre, c) => {
      const members = directions.filter((_, item) => labels[item] === c);
      return members.length === 0 ? centre : normalised(mean(members));
    });
  }
  const centroids = centres.map((centre, c) => {
    const members = items.filter((_, item) => labels[item] === c);
    return members.length === 0 ? centre : mean(members);
  });
  return { labels, centroids };
}

function nearest(direction: Float64Array, centres: Float64Array[]): number {
  const cosines = centres.map((centre) => dot(direction, centre));
  return cosines.indexOf(Math.max(...cosines));
}
