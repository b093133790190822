import type { Aggregate } from '../worker/protocol';
import type { Selection } from './setup-url';

/** The layer and head whose weights the map shows, or how all become one. */
export interface ShownHeads {
  layer: number | Aggregate;
  head: number | Aggregate;
}

export function shownHeads({ layer, head, overLayers, overHeads }: Selection): ShownHeads {
  return { layer: overLayers ?? layer, head: overHeads ?? head };
}

/** A selection with a change; to pick a layer or a head ends looking at all of them. */
export function selectionWith(selection: Selection, change: Partial<Selection>): Selection {
  const next = { ...selection, ...change };
  if (change.layer !== undefined && change.overLayers === undefined) delete next.overLayers;
  if (change.head !== undefined && change.overHeads === undefined) delete next.overHeads;
  return next;
}
