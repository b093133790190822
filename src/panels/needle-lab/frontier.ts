/** A strategy as a point: what it costs and how often it answers correctly. */
export interface CostPoint {
  /** Bytes or milliseconds. */
  cost: number;
  /** 0…1 */
  accuracy: number;
}

/**
 * The points that no other one beats: none costs at most as much and is at least as accurate, and better in one
 * of the two. By rising cost.
 */
export function frontierOf<P extends CostPoint>(points: P[]): P[] {
  return points
    .filter((point) => !points.some((other) => beats(other, point)))
    .sort((a, b) => a.cost - b.cost);
}

function beats(one: CostPoint, other: CostPoint): boolean {
  const noWorse = one.cost <= other.cost && one.accuracy >= other.accuracy;
  return noWorse && (one.cost < other.cost || one.accuracy > other.accuracy);
}
