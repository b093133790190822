import { useState } from 'react';
import { usePage } from '../state/page-context';
import type { PageState } from '../state/page-store';
import { MAX_TEXT_IN_URL } from '../state/setup-url';

const selectHaystack = (state: PageState) => state.setup.haystack;
const selectIsLocal = (state: PageState) => state.model?.address === null;
const SHOWN_MS = 4000;

/** Copies the page's address, which holds the whole setup and what is picked. */
export function ShareButton() {
  const haystack = usePage(selectHaystack);
  const isLocal = usePage(selectIsLocal);
  const [said, setSaid] = useState('');

  async function share() {
    const tooLong = 'text' in haystack && haystack.text.length > MAX_TEXT_IN_URL;
    try {
      await navigator.clipboard.writeText(location.href);
      if (isLocal) setSaid('Link copied, but your model’s files are on this machine only.');
      else setSaid(tooLong ? 'Link copied, but your text is too long for it.' : 'Link copied.');
    } catch {
      setSaid('This browser does not let pages copy. Copy the address from its bar.');
    }
    setTimeout(() => setSaid(''), SHOWN_MS);
  }

  return (
    <>
      <span role="status" className="hint">
        {said}
      </span>
      <button
        type="button"
        title="Copies a link that brings this setup and selection back"
        onClick={() => void share()}
      >
        Share
      </button>
    </>
  );
}
