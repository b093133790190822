import { hubAddress } from '../state/hub-address';
import { addressOfSource, type LoadRequest, PRECISIONS, parseSource } from '../worker/protocol';

const EMBEDDED_MODEL = './models/needle-2.4m/';

/**
 * Which model a page's address asks for: `?model=` a folder, a weight file or `hub:owner/name`;
 * `?precision=` f32, f16, int8 or int4.
 * @throws TroubleError `bad-input`
 */
export function loadRequestIn(pageUrl: string): LoadRequest {
  const query = new URL(pageUrl).searchParams;
  const source = parseSource(query.get('model') ?? EMBEDDED_MODEL, pageUrl);
  const precision = PRECISIONS.find((one) => one === query.get('precision'));
  const address = addressOfSource(source);
  return {
    source,
    precision: precision ?? 'auto',
    // What comes from the page's own server is as near as a stored copy.
    keep: source.kind === 'hub' || !address?.startsWith(`${new URL(pageUrl).origin}/`),
    hub: hubAddress(),
  };
}
