/**
 * What each tensor of a checkpoint is for: every matrix and vector of the model, with the rows of the stored
 * tensors that it is made of.
 */

/** Rows of a stored tensor, in order. */
export interface Source {
  tensor: string;
  /** As stored: [rows, columns], [columns, rows] where transposed, [rows] for a vector. */
  shape: number[];
  transposed: boolean;
  /** Rows that are taken. */
  rows: number;
  /** Row r of them is row from + floor(r / block) · stride + r mod block of the tensor. */
  from: number;
  block: number;
  stride: number;
}

/** y = weight · x + bias; the weight's sources lie below each other. */
export interface LinearRole {
  weight: Source;
  bias: Source | null;
}

export interface NormRole {
  weight: Source;
  bias: Source | null;
}

export interface LayerRoles {
  attentionNorm: NormRole;
  q: LinearRole;
  k: LinearRole;
  v: LinearRole;
  queryNorm: NormRole | null;
  keyNorm: NormRole | null;
  attentionOut: LinearRole;
  attentionPostNorm: NormRole | null;
  mlpNorm: NormRole;
  /** null where the MLP is not gated. */
  gate: LinearRole | null;
  up: LinearRole;
  down: LinearRole;
  mlpPostNorm: NormRole | null;
}

export interface ModelRoles {
  embedding: Source;
  /** Vectors of learned positions; null where positions rotate. */
  positions: Source | null;
  layers: LayerRoles[];
  finalNorm: NormRole;
  /** The embedding itself where the two are tied. */
  output: Source;
}

/** A whole tensor. */
export function whole(tensor: string, shape: number[]): Source {
  const [rows] = shape;
  return { tensor, shape, transposed: false, rows, from: 0, block: rows, stride: rows };
}

/** `rows` rows of a tensor from a row on. */
export function part(source: Source, from: number, rows: number): Source {
  return { ...source, from, rows, block: rows, stride: rows };
}

/** A matrix that is stored as [columns, rows]. */
export function transposed(tensor: string, rows: number, columns: number): Source {
  return { ...whole(tensor, [rows]), shape: [columns, rows], transposed: true };
}

/** Columns of a source; 1 for a vector. */
export function columnsOf({ shape, transposed }: Source): number {
  return (transposed ? shape[0] : shape[1]) ?? 1;
}

/** Which row of the tensor the source's row is. */
export function storedRow({ from, block, stride }: Source, row: number): number {
  return from + Math.floor(row / block) * stride + (row % block);
}

/** Names and shapes of all tensors that the roles ask for. */
export function tensorShapes(roles: ModelRoles): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (const { tensor, shape } of sourcesOf(roles)) shapes.set(tensor, shape);
  return shapes;
}

function sourcesOf(roles: ModelRoles): Source[] {
  const { embedding, positions, layers, finalNorm, output } = roles;
  const ofRoles = (parts: (LinearRole | NormRole | null)[]) =>
    parts.flatMap((role) => (role ? [role.weight, ...(role.bias ? [role.bias] : [])] : []));
  return [
    embedding,
    ...(positions ? [positions] : []),
    ...ofRoles([finalNorm]),
    output,
    ...layers.flatMap((layer) => ofRoles(Object.values(layer))),
  ];
}

/** The same roles with other sources. */
export function mapSources(roles: ModelRoles, map: (source: Source) => Source): ModelRoles {
  const mapRole = <T extends LinearRole | NormRole | null>(role: T): T =>
    role && { ...role, weight: map(role.weight), bias: role.bias && map(role.bias) };
  return {
    embedding: map(roles.embedding),
    positions: roles.positions && map(roles.positions),
    finalNorm: mapRole(roles.finalNorm),
    output: map(roles.output),
    layers: roles.layers.map(
      (layer) =>
        Object.fromEntries(
          Object.entries(layer).map(([name, role]) => [name, mapRole(role)]),
        ) as unknown as LayerRoles,
    ),
  };
}
