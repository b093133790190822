/** What a key does on the map. */
export type MapKey =
  /** Moves the picked cell, in cells. */
  | { does: 'move'; query: number; key: number }
  /** Moves the view, in parts of what can be seen. */
  | { does: 'pan'; x: number; y: number }
  | { does: 'zoom'; factor: number }
  | { does: 'show all' };

const KEYS: Record<string, MapKey> = {
  ArrowLeft: { does: 'move', query: 0, key: -1 },
  ArrowRight: { does: 'move', query: 0, key: 1 },
  ArrowUp: { does: 'move', query: -1, key: 0 },
  ArrowDown: { does: 'move', query: 1, key: 0 },
  PageUp: { does: 'pan', x: 0, y: 0.5 },
  PageDown: { does: 'pan', x: 0, y: -0.5 },
  Home: { does: 'pan', x: 0.5, y: 0 },
  End: { does: 'pan', x: -0.5, y: 0 },
  '+': { does: 'zoom', factor: 1.5 },
  '=': { does: 'zoom', factor: 1.5 },
  '-': { does: 'zoom', factor: 1 / 1.5 },
  '0': { does: 'show all' },
};

/** With Shift the picked cell goes so many times as far. */
const FAR = 10;

type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** null: the key means nothing here. */
export function mapKeyOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Pressed): MapKey | null {
  if (ctrlKey || metaKey || altKey) return null;
  const found = KEYS[key] ?? null;
  if (found?.does !== 'move' || !shiftKey) return found;
  return { does: 'move', query: found.query * FAR, key: found.key * FAR };
}
