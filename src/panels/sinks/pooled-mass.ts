import type { SinkReport } from '../../worker/protocol';

/** Positions of the text pooled to columns of the strip: each shows its largest mass. */
export interface PooledMass {
  columns: number;
  /** [layers * columns]; NaN where no query saw any of the positions. */
  mass: Float32Array;
  /** [layers * columns]: the position that it belongs to; the column's first where there is none. */
  positions: Uint32Array;
}

/** @param columns as many as the strip has pixels, or fewer */
export function pooledMass(
  { mass, layers, positions }: Pick<SinkReport, 'mass' | 'layers' | 'positions'>,
  columns: number,
): PooledMass {
  const pooled: PooledMass = {
    columns: Math.min(columns, positions),
    mass: new Float32Array(0),
    positions: new Uint32Array(0),
  };
  const cells = layers * pooled.columns;
  pooled.mass = new Float32Array(cells).fill(Number.NaN);
  pooled.positions = new Uint32Array(cells);
  for (let layer = 0; layer < layers; layer++) {
    for (let column = 0; column < pooled.columns; column++) {
      const [from, to] = rangeOfColumn(column, pooled.columns, positions);
      const cell = layer * pooled.columns + column;
      pooled.positions[cell] = from;
      for (let position = from; position < to; position++) {
        const value = mass[layer * positions + position];
        if (Number.isNaN(value) || value <= pooled.mass[cell]) continue;
        pooled.mass[cell] = value;
        pooled.positions[cell] = position;
      }
    }
  }
  return pooled;
}

/** The positions [from, to) of a column. */
export function rangeOfColumn(
  column: number,
  columns: number,
  positions: number,
): [number, number] {
  return [
    Math.floor((column * positions) / columns),
    Math.floor(((column + 1) * positions) / columns),
  ];
}

/** A position with its mass in the layer where it is largest. */
export interface Gathering {
  position: number;
  layer: number;
  mass: number;
}

/** Where most attention gathers: the positions with the largest mass in any layer. */
export function topGatherings(
  { mass, layers, positions }: Pick<SinkReport, 'mass' | 'layers' | 'positions'>,
  count: number,
): Gathering[] {
  const best: Gathering[] = [];
  for (let position = 0; position < positions; position++) {
    const gathering = { position, layer: 0, mass: Number.NEGATIVE_INFINITY };
    for (let layer = 0; layer < layers; layer++) {
      const value = mass[layer * positions + position];
      if (value > gathering.mass) Object.assign(gathering, { layer, mass: value });
    }
    if (gathering.mass >= 0) best.push(gathering);
  }
  return best.sort((a, b) => b.mass - a.mass || a.position - b.position).slice(0, count);
}
