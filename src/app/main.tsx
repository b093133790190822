// First, so that the sheets of the panels come after it.
import './base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { defaultPrompt } from '../needle/default-prompt';
import { listHaystacks } from '../needle/haystacks';
import { keepCacheHistory } from '../state/keep-cache-history';
import { keepCompared } from '../state/keep-compared';
import { keepInspected } from '../state/keep-inspected';
import { createPageActions } from '../state/page-actions';
import { PageContext } from '../state/page-context';
import { createPageStore } from '../state/page-store';
import { applyEvents } from '../state/run-events';
import { PROMPT_PARAMETERS, setupFrom } from '../state/setup';
import { restoreTheme } from '../state/theme';
import { createTour } from '../state/tour';
import { keepAddress, keepPromptPrepared } from '../state/watch-setup';
import { troubleOf } from '../trouble';
import { startEngine } from '../worker/client';
import { installHeadlessApi } from './headless';
import type { EngineListeners } from './headless-listeners';
import { loadRequestIn } from './load-request';
import { keepPageOffline } from './offline';
import { Page } from './page';
import { listenForShortcuts } from './shortcuts';
import { isTourNew } from './tour/tour-memory';
import './page.css';

// The layer of the embedded model that retrieves: there a first look shows most.
const FIRST_SELECTION = { layer: 5, head: 0, query: null, key: null, step: null };

restoreTheme();
const store = createPageStore(
  setupFrom(defaultPrompt(PROMPT_PARAMETERS.seed.default)),
  FIRST_SELECTION,
);
const listeners: EngineListeners = new Set([
  (batch) => store.setState((state) => applyEvents(state, batch)),
]);
const engine = startEngine((batch) => {
  for (const hear of listeners) hear(batch);
});
const actions = createPageActions(engine, store, () => loadRequestIn(document.baseURI));

const tour = createTour(engine, store, actions);
// Somebody who follows a link wants to see what it shows.
if (isTourNew() && location.hash === '') {
  store.setState({ tour: { step: null, offered: true } });
}

keepAddress(store, actions);
keepPromptPrepared(store, actions);
keepInspected(engine, store, actions);
keepCacheHistory(engine, store, actions);
keepCompared(engine, store, actions);
listenForShortcuts(store, actions);

const modelReady = actions.load();
// The banner shows the trouble; whoever waits for the model gets it too.
modelReady.catch(() => {});
keepPageOffline(modelReady);
// Another model may be loaded later.
installHeadlessApi(engine, listeners, async () => store.getState().model ?? (await modelReady));

void actions.listSweeps();
listHaystacks(new URL('haystacks/', document.baseURI).href).then(
  (haystacks) => store.setState({ haystacks }),
  (error) => actions.report('prompt', troubleOf(error)),
);

const root = document.getElementById('page');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <PageContext value={{ store, actions }}>
        <Page tour={tour} />
      </PageContext>
    </StrictMode>,
  );
}
