import { TroubleError } from '../trouble';
import { hubSource } from '../worker/protocol';

/** A good first choice. */
export interface ShelfModel {
  /** On the hub; of one that came with the page, its folder. */
  id: string;
  title: string;
  parameters: number;
  /** 10⁶ bytes of weights. */
  downloadMB: number;
  /** Tokens. */
  context: number;
  licence: string;
  /** One line. */
  why: string;
  /** The hub gives it only to who accepted its terms and sends a token. */
  gated?: boolean;
  /** It came with the page, and needs no connection. */
  shipped?: boolean;
}

/** @throws TroubleError where it cannot be fetched, or is not a shelf */
export async function fetchShelf(address = 'shelf.json'): Promise<ShelfModel[]> {
  const response = await fetch(address).catch((error) => fail(String(error)));
  if (!response.ok) fail(`the server answered ${response.status}`);
  return checkedShelf(await response.json().catch((error) => fail(String(error))));
}

/** @throws TroubleError that names the entry and the field */
export function checkedShelf(json: unknown): ShelfModel[] {
  if (!Array.isArray(json)) return fail('expected a list');
  return json.map((entry: Record<string, unknown>, index) => {
    for (const field of ['id', 'title', 'licence', 'why']) {
      const value = entry?.[field];
      if (typeof value !== 'string' || value.trim() === '' || value.length > 200) {
        fail(`entry ${index}: ${field} must be a text, found ${JSON.stringify(value)}`);
      }
    }
    for (const field of ['parameters', 'downloadMB', 'context']) {
      const value = entry[field];
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
        fail(`entry ${index}: ${field} must be a whole number, found ${JSON.stringify(value)}`);
      }
    }
    for (const field of ['gated', 'shipped']) {
      const value = entry[field];
      if (value !== undefined && typeof value !== 'boolean') {
        fail(`entry ${index}: ${field} must be true or false`);
      }
    }
    const model = entry as unknown as ShelfModel;
    if (!model.shipped) hubSource(model.id);
    return model;
  });
}

function fail(why: string): never {
  throw new TroubleError(
    'internal',
    `The shelf of models could not be read: ${why}.`,
    'Give a hub id instead.',
  );
}
