import type { HeadRef } from '../engine/strategy';
import { presetOf } from '../strategies/presets';
import type { Axis, ParameterValues } from '../strategies/schema';
import { type Trouble, type TroubleAction, TroubleError, troubleOf } from '../trouble';
import { type EngineClient, unwrap } from '../worker/client';
import type { LoadRequest } from '../worker/protocol';
import { type CalibrationActions, createCalibrationActions } from './calibration-actions';
import { type CompareActions, createCompareActions } from './compare-actions';
import { isReadyToRun } from './engine-use';
import { maskOf, toggledHead } from './masked-heads';
import { createModelActions, type ModelActions } from './model-actions';
import { createNeedleLabActions, type NeedleLabActions } from './needle-lab-actions';
import { type FoldablePanel, storeFolded } from './open-panels';
import type { Measures, PageStore, TroubleSource } from './page-store';
import { createPerplexityActions, type PerplexityActions } from './perplexity-actions';
import { createPruneActions, type PruneActions } from './prune-actions';
import { showPrompt } from './run-events';
import { promptSpecOf, runRequestOf, type Setup, withAxis } from './setup';
import type { Selection } from './setup-url';
import { selectionWith } from './shown-heads';
import { createSinkActions, type SinkActions } from './sink-actions';
import { createSpeedActions, type SpeedActions } from './speed-actions';
import { createSweepArchive } from './sweep-archive';
import { createTileQueue, type RequestTile } from './tile-queue';

/** All that a person can set off on the page. */
export interface PageActions
  extends CalibrationActions,
    CompareActions,
    ModelActions,
    NeedleLabActions,
    PerplexityActions,
    PruneActions,
    SinkActions,
    SpeedActions {
  /** Tokenizes the present prompt, so that it can be read before it is run. */
  prepare(): Promise<void>;
  run(): Promise<void>;
  pause(): void;
  resume(): void;
  step(): void;
  stop(): void;
  requestTile: RequestTile;
  /** Nobody waits for the tiles of a channel any more. */
  dropTile(channel: string): void;
  changeSetup(change: Partial<Setup>): void;
  changeNumber(name: string, value: number | string): void;
  choosePreset(id: string): void;
  changeAxis(axis: Axis, id: string, values: ParameterValues): void;
  /** Switches on or off what the next run measures. */
  measure(change: Partial<Measures>): void;
  /** Masks a head, or lets it work again, by setting the score axis. */
  toggleHead(layer: number, head: number): void;
  /** Masks these heads and no others. */
  maskHeads(heads: HeadRef[]): void;
  select(change: Partial<Selection>): void;
  hover(query: number | null, key: number | null): void;
  /** Folds a panel away, or opens it again; kept for the next visit. */
  fold(panel: FoldablePanel): void;
  /** Does the next step that a trouble offers. */
  act(source: TroubleSource, action: TroubleAction): void;
  report(source: TroubleSource, trouble: Trouble | null): void;
}

export function createPageActions(
  engine: EngineClient,
  store: PageStore,
  firstRequest: () => LoadRequest,
): PageActions {
  const { getState, setState } = store;

  function report(source: TroubleSource, trouble: Trouble | null) {
    if (!trouble && !getState().troubles[source]) return;
    setState(({ troubles }) => {
      const { [source]: _, ...others } = troubles;
      return { troubles: trouble ? { ...others, [source]: trouble } : others };
    });
  }

  const calibrations = createCalibrationActions(engine, store, report);
  const models = createModelActions(engine, store, report, firstRequest);
  const needleLab = createNeedleLabActions(engine, store, report, createSweepArchive());

  async function prepare() {
    try {
      const prompt = unwrap(await engine.prepare(promptSpecOf(getState().setup)));
      // A run that began in the meantime shows its own prompt.
      if (getState().activity === 'idle') setState((state) => showPrompt(state, prompt));
      report('prompt', null);
    } catch (error) {
      report('prompt', troubleOf(error));
    }
  }

  async function run() {
    const { setup, calibration, measures } = getState();
    if (!isReadyToRun(getState())) return;
    report('run', null);
    setState({ runRequested: true, device: null });
    try {
      const result = unwrap(await engine.run({ ...runRequestOf(setup, calibration), ...measures }));
      setState(({ run }) => ({ run: run && { ...run, result } }));
    } catch (error) {
      report('run', troubleOf(error));
    }
    setState({ runRequested: false, activity: 'idle' });
  }

  function changeSetup(change: Partial<Setup>) {
    setState(({ setup }) => ({ setup: { ...setup, ...change } }));
  }

  function changeAxis(axis: Axis, id: string, values: ParameterValues) {
    changeSetup({ strategy: withAxis(getState().setup.strategy, axis, id, values) });
  }

  function changeNumber(name: string, value: number | string) {
    changeSetup({ numbers: { ...getState().setup.numbers, [name]: value } });
  }

  function choosePreset(id: string) {
    changeSetup({ strategy: structuredClone(presetOf(id).choice) });
  }

  function fold(panel: FoldablePanel) {
    const { folded } = getState();
    const others = folded.filter((one) => one !== panel);
    const next = others.length < folded.length ? others : [...folded, panel];
    setState({ folded: next });
    storeFolded(next);
  }

  const tiles = createTileQueue({
    compute: async (request, channel) => unwrap(await engine.tile(request, channel)),
    giveUp: (channel) => void engine.cancelTile(channel),
  });
  const perplexities = createPerplexityActions(engine, store, report);
  const comparisons = createCompareActions(engine, store, { run, fold, report });

  function act(source: TroubleSource, action: TroubleAction) {
    report(source, null);
    switch (action.do) {
      case 'reload':
        location.reload();
        break;
      case 'retry':
        if (source === 'load') models.load().catch(ignoreReported);
        else if (source === 'prompt') void prepare();
        else if (source === 'calibration') void calibrations.calibrate();
        else if (source === 'run') void run();
        else if (source === 'compare') void comparisons.compare();
        else if (source === 'perplexity') void perplexities.measurePerplexity();
        else if (source === 'needle-lab') void needleLab.resumeSweep();
        break;
      case 'use-preset':
        if (source !== 'compare') choosePreset(action.preset);
        else changeSetup({ compared: structuredClone(presetOf(action.preset).choice) });
        break;
      case 'set-length':
        changeSetup({ wholeText: false });
        changeNumber('length', action.length);
        break;
    }
  }

  return {
    ...calibrations,
    ...models,
    ...needleLab,
    ...comparisons,
    ...perplexities,
    ...createPruneActions(engine, store, report),
    ...createSpeedActions(engine, store, report),
    ...createSinkActions(store, { run, changeAxis }),
    prepare,
    run,
    pause: () => void engine.pause(),
    resume: () => void engine.resume(),
    step: () => void engine.step(),
    stop: () => void engine.stop(),
    requestTile: tiles.request,
    dropTile: tiles.drop,
    changeSetup,
    changeNumber,
    choosePreset,
    changeAxis,
    measure: (change) => setState(({ measures }) => ({ measures: { ...measures, ...change } })),
    toggleHead(layer, head) {
      const score = toggledHead(getState().setup.strategy.score, { layer, head });
      changeAxis('score', score.id, score.values);
    },
    maskHeads(heads) {
      const score = maskOf(heads);
      changeAxis('score', score.id, score.values);
    },
    select: (change) =>
      setState(({ selection }) => ({ selection: selectionWith(selection, change) })),
    hover(query, key) {
      const { hover } = getState();
      if (hover.query !== query || hover.key !== key) setState({ hover: { query, key } });
    },
    fold,
    act,
    report,
  };
}

/** `load` has already put its trouble on the page. */
function ignoreReported(error: unknown) {
  if (!(error instanceof TroubleError)) throw error;
}
