import type { LoadRequest } from '../worker/protocol';

const EMBEDDED_MODEL = './models/needle-2m/';

/** Which model a page's address asks for: `?model=` a folder, `?precision=` f32 or f16. */
export function loadRequestIn(pageUrl: string): LoadRequest {
  const query = new URL(pageUrl).searchParams;
  const folder = query.get('model') ?? EMBEDDED_MODEL;
  const url = new URL(folder.endsWith('/') ? folder : `${folder}/`, pageUrl).href;
  const precision = query.get('precision');
  return { url, precision: precision === 'f32' || precision === 'f16' ? precision : 'auto' };
}
