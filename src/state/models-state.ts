import type {
  EngineEvent,
  LoadEvent,
  LoadRequest,
  MemoryPlan,
  StoredModel,
} from '../worker/protocol';

/** A model that was chosen and may be loaded. */
export interface ModelChoice {
  title: string;
  request: LoadRequest;
  /** null: it is being looked at. */
  plan: MemoryPlan | null;
}

export interface LoadingModel {
  title: string;
  /** null: nothing came yet. */
  progress: LoadEvent | null;
  note: string | null;
  /** When the present phase (of a file) began, in milliseconds of `performance.now()`, and what was done then. */
  begunAt: number;
  doneBefore: number;
}

export interface StorageUse {
  /** Bytes of everything that this page keeps, and the most that the browser lets it keep. */
  usage: number;
  quota: number;
  /** Whether the browser promised not to clear it by itself. */
  persisted: boolean;
}

export interface ModelsState {
  /** Whether the drawer is open. */
  open: boolean;
  choice: ModelChoice | null;
  loading: LoadingModel | null;
  /** Last used first; null: not looked up yet. */
  stored: StoredModel[] | null;
  storage: StorageUse | null;
}

export const FIRST_MODELS: ModelsState = {
  open: false,
  choice: null,
  loading: null,
  stored: null,
  storage: null,
};

/** What an event of the engine says about the load under way; late ones say nothing. */
export function withLoadNews(
  models: ModelsState,
  event: Extract<EngineEvent, { type: 'load' | 'load-note' }>,
): ModelsState {
  const { loading } = models;
  if (!loading) return models;
  if (event.type === 'load-note') return { ...models, loading: { ...loading, note: event.note } };
  const { progress } = loading;
  const goesOn = progress?.phase === event.phase && progress.file === event.file;
  const begun = goesOn ? {} : { begunAt: performance.now(), doneBefore: event.done };
  return { ...models, loading: { ...loading, ...begun, progress: event } };
}
