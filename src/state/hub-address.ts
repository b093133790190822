import { TroubleError } from '../trouble';
import { DEFAULT_HUB } from '../worker/protocol';

const KEY = 'needlescope.hub';

/** Where hub ids are looked up: huggingface.co, or the mirror that a person chose in this browser. */
export function hubAddress(): string {
  try {
    return localStorage.getItem(KEY) ?? DEFAULT_HUB;
  } catch {
    // A browser may forbid storage.
    return DEFAULT_HUB;
  }
}

/**
 * Chooses a mirror; empty: none. Links cannot, since tokens are sent there.
 * @throws TroubleError `bad-input`
 */
export function chooseHub(text: string): void {
  const given = text.trim();
  if (given === '' || given === DEFAULT_HUB) {
    localStorage.removeItem(KEY);
    return;
  }
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TroubleError(
      'bad-input',
      `“${given.slice(0, 200)}” is no address of a hub.`,
      `It begins with https://, as in ${DEFAULT_HUB}.`,
    );
  }
  localStorage.setItem(KEY, `${url.origin}${url.pathname.replace(/\/+$/, '')}`);
}
