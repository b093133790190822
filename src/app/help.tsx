import { useRef } from 'react';
import { usePageStore } from '../state/page-context';
import { SHORTCUTS } from './shortcuts';

/** The ? of the page: what it is, what to do first, and the keys. */
export function HelpButton() {
  const dialog = useRef<HTMLDialogElement>(null);
  const store = usePageStore();

  function takeTour() {
    dialog.current?.close();
    store.setState({ tour: { step: 0, offered: false } });
  }

  return (
    <>
      <button
        type="button"
        className="help-button"
        data-shortcut="help"
        aria-label="Help"
        title="Help (?)"
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </button>
      <dialog ref={dialog} className="help" aria-label="Help" closedby="any">
        <h2>Needlescope</h2>
        <p>
          A microscope for long contexts. A transformer runs on your GPU, inside this page, and
          every number you see is taken from that run. Nothing is sent anywhere.
        </p>
        <ol>
          <li>
            <b>See it.</b> Press Run: the model reads the text and answers the question about the
            needle hidden in it. Click a token to see what it looks at; zoom the map to single
            weights.
          </li>
          <li>
            <b>Break it.</b> Choose another preset, StreamingLLM for example, and run again: what
            the cache evicted is struck through, and the answer changes.
          </li>
          <li>
            <b>Look for the cause.</b> Pick a head in the heads grid; ablate it; see in the map
            which keys were gone.
          </li>
        </ol>
        <p>
          Hover shows, click keeps, Esc lets go. Every panel has an ⓘ with its definition, and a
          table with its numbers. The address of the page holds the whole setup: copy it to share a
          run.
        </p>
        <p>
          <button type="button" onClick={takeTour}>
            Take the tour
          </button>
        </p>
        <h3>Keys</h3>
        <dl className="shortcuts">
          {SHORTCUTS.map(({ keys, does }) => (
            <div key={keys + does}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p className="hint">Keys do nothing while you type in a field.</p>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
