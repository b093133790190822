import { troubleOf } from '../trouble';
import type { PageActions } from './page-actions';
import type { PageState, PageStore } from './page-store';
import { promptProblem, promptSpecOf } from './setup';
import { hashOf, readHash } from './setup-url';

const PREPARE_DELAY_MS = 250;
const ADDRESS_DELAY_MS = 300;

/** Keeps the prompt on screen in step with the setup, without waiting for Run. */
export function keepPromptPrepared(store: PageStore, actions: PageActions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let preparedFor = '';

  function prepareIfNew() {
    const { setup, model, activity } = store.getState();
    // The text of a run stays until it ends; `activity` going idle brings us back here.
    if (!model?.hasTokenizer || activity !== 'idle' || promptProblem(setup) !== null) return;
    const wanted = `${model.fingerprint} ${JSON.stringify(promptSpecOf(setup))}`;
    if (wanted === preparedFor) return;
    preparedFor = wanted;
    void actions.prepare();
  }

  function onChange(state: PageState, before: PageState) {
    const changed =
      state.setup !== before.setup ||
      state.model !== before.model ||
      (state.activity === 'idle' && before.activity !== 'idle');
    if (!changed) return;
    clearTimeout(timer);
    timer = setTimeout(prepareIfNew, before.model === state.model ? PREPARE_DELAY_MS : 0);
  }

  const unsubscribe = store.subscribe(onChange);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

/** Keeps setup and selection in the address, and follows an address that is pasted over it. */
export function keepAddress(store: PageStore, actions: PageActions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function write() {
    const { setup, selection } = store.getState();
    history.replaceState(history.state, '', hashOf(setup, selection));
  }

  function read() {
    const { setup, selection } = store.getState();
    try {
      store.setState(readHash(location.hash, setup, selection));
      actions.report('address', null);
    } catch (error) {
      actions.report('address', troubleOf(error));
    }
  }

  const unsubscribe = store.subscribe((state, before) => {
    if (state.setup === before.setup && state.selection === before.selection) return;
    clearTimeout(timer);
    timer = setTimeout(write, ADDRESS_DELAY_MS);
  });
  window.addEventListener('hashchange', read);
  if (location.hash.length > 1) read();
  return () => {
    clearTimeout(timer);
    unsubscribe();
    window.removeEventListener('hashchange', read);
  };
}
