import type { LoadRequest } from '../worker/protocol';

/**
 * Puts the loaded model into the page's address, so that a copied link brings it back. A token never goes
 * there; files of this machine have no address.
 */
export function keepModelInAddress(
  address: string | null,
  precision: LoadRequest['precision'],
): void {
  const url = new URL(location.href);
  if (address === null) url.searchParams.delete('model');
  else url.searchParams.set('model', address);
  if (precision === 'auto') url.searchParams.delete('precision');
  else url.searchParams.set('precision', precision);
  history.replaceState(history.state, '', url);
}
