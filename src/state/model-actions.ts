import { TroubleError, troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi, LoadRequest, ModelInfo, TrainingCurves } from '../worker/protocol';
import { keepModelInAddress } from './model-address';
import type { ModelsState } from './models-state';
import type { PageActions } from './page-actions';
import { NOTHING_INSPECTED, type PageStore } from './page-store';
import { firstPerplexity } from './perplexity';
import type { Selection } from './setup-url';
import { firstSpeed } from './speed';
import { storedCalibration } from './stored-calibrations';

export interface ModelActions {
  /** Loads the model that the page's address names; the trouble of a failure is also on the page. */
  load(): Promise<ModelInfo>;
  /** Opens or closes the drawer, and looks up what is stored. */
  showModels(open: boolean): void;
  /** Looks at a model as far as needed to tell what it would take. */
  chooseModel(title: string, request: LoadRequest): Promise<void>;
  /** Looks at the choice once more: the setup has changed. */
  chooseModelAgain(): Promise<void>;
  /** Lets go of the choice. */
  dropChoice(): void;
  /** Loads the choice in that precision. The model before stays where that fails. */
  loadChoice(precision: LoadRequest['precision'], keep: boolean): Promise<void>;
  /** Ends a load or a look; what was fetched is kept. */
  cancelLoad(): void;
  deleteStored(key: string): Promise<void>;
  /** How the loaded model came to be, or null where its folder does not tell. */
  trainingCurves(): Promise<TrainingCurves | null>;
}

type ModelEngine = Pick<
  EngineApi,
  'load' | 'plan' | 'cancelLoad' | 'training' | 'storedModels' | 'removeStored'
>;

/** @param firstRequest what the page's address asks for; it may throw */
export function createModelActions(
  engine: ModelEngine,
  { getState, setState }: PageStore,
  report: PageActions['report'],
  firstRequest: () => LoadRequest,
): ModelActions {
  let loads = 0;
  let lastRequest: { title: string; request: LoadRequest } | null = null;

  const change = (news: Partial<ModelsState>) =>
    setState(({ models }) => ({ models: { ...models, ...news } }));

  async function loadModel(title: string, request: LoadRequest): Promise<ModelInfo> {
    report('load', null);
    lastRequest = { title, request };
    const count = ++loads;
    const begunAt = performance.now();
    const loading = { title, progress: null, note: null, begunAt, doneBefore: 0 };
    change({ loading });
    try {
      // Some browsers ask the user first; the load does not wait for that.
      if (request.keep) void navigator.storage?.persist?.();
      const model = unwrap(await engine.load(request));
      setState((state) => ({
        model,
        ...nothingOf(state.setup.haystack),
        speed: firstSpeed(model.adapter),
        calibration: storedCalibration(model) ?? model.calibration,
        selection: selectionWithin(state.selection, model),
      }));
      return model;
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.code !== 'cancelled' || !getState().model) report('load', withRetry(trouble));
      throw error;
    } finally {
      // A later load has taken over what is shown.
      if (count === loads) change({ loading: null });
      if (getState().models.open) void lookUpStored();
    }
  }

  async function lookUpStored() {
    try {
      const stored = unwrap(await engine.storedModels());
      const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      const persisted = (await navigator.storage?.persisted?.()) ?? false;
      change({ stored, storage: { usage, quota, persisted } });
    } catch {
      // A browser may forbid storage; then there is none to list.
      change({ stored: [], storage: null });
    }
  }

  async function chooseModel(title: string, request: LoadRequest) {
    report('load', null);
    const choice = { title, request, plan: null };
    change({ open: true, choice });
    try {
      const length = plannedLength(getState());
      const plan = unwrap(await engine.plan(request, length));
      if (getState().models.choice === choice) change({ choice: { ...choice, plan } });
    } catch (error) {
      if (getState().models.choice !== choice) return;
      change({ choice: null });
      const trouble = troubleOf(error);
      if (trouble.code !== 'cancelled') report('load', withoutRetry(trouble));
    }
  }

  return {
    load: () => (lastRequest ? loadModel(lastRequest.title, lastRequest.request) : loadFirst()),
    showModels(open) {
      change({ open });
      if (open) void lookUpStored();
    },
    chooseModel,
    async chooseModelAgain() {
      const { choice } = getState().models;
      if (choice) await chooseModel(choice.title, choice.request);
    },
    dropChoice() {
      if (!getState().models.choice?.plan) void engine.cancelLoad();
      change({ choice: null });
    },
    async loadChoice(precision, keep) {
      const { choice } = getState().models;
      if (!choice) return;
      try {
        const model = await loadModel(choice.title, { ...choice.request, precision, keep });
        change({ choice: null });
        keepModelInAddress(model.address, precision);
      } catch (error) {
        if (!(error instanceof TroubleError)) throw error;
      }
    },
    cancelLoad: () => void engine.cancelLoad(),
    async deleteStored(key) {
      try {
        unwrap(await engine.removeStored(key));
      } catch (error) {
        report('load', withoutRetry(troubleOf(error)));
      }
      await lookUpStored();
    },
    trainingCurves: async () => unwrap(await engine.training()),
  };

  async function loadFirst(): Promise<ModelInfo> {
    let request: LoadRequest;
    try {
      request = firstRequest();
    } catch (error) {
      report('load', withoutRetry(troubleOf(error)));
      throw error;
    }
    return await loadModel('the model', request);
  }
}

/** What belongs to the model before. */
function nothingOf(haystack: Parameters<typeof firstPerplexity>[0]) {
  return {
    run: null,
    prompt: null,
    inspection: NOTHING_INSPECTED,
    comparison: null,
    pruning: null,
    sinkDrop: null,
    device: null,
    hover: { query: null, key: null },
    mapOf: 'run' as const,
    perplexity: firstPerplexity(haystack),
  };
}

function plannedLength({ setup: { numbers } }: ReturnType<PageStore['getState']>): number {
  const sum = Number(numbers.length) + Number(numbers.maxTokens);
  return Number.isFinite(sum) && sum > 0 ? Math.min(Math.ceil(sum), 1 << 20) : 1024;
}

/** A file or a server may be back the next time, so loading can always be tried again. */
function withRetry(trouble: ReturnType<typeof troubleOf>) {
  if (trouble.actions.length > 0) return trouble;
  return { ...trouble, actions: [{ do: 'retry' as const, label: 'Load again' }] };
}

/** Trying again would load the model before, not what failed here. */
function withoutRetry(trouble: ReturnType<typeof troubleOf>) {
  return { ...trouble, actions: trouble.actions.filter((action) => action.do !== 'retry') };
}

/** A selection from an address, or of another model, may name a head that this model lacks. */
function selectionWithin(selection: Selection, { layers, heads }: ModelInfo): Selection {
  return {
    ...selection,
    layer: Math.min(selection.layer, layers - 1),
    head: Math.min(selection.head, heads - 1),
  };
}
