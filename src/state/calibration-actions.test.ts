import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import { choiceFrom } from '../strategies/presets';
import { REGISTRY } from '../strategies/registry';
import { softmax } from '../strategies/score/softmax';
import { type Trouble, TroubleError } from '../trouble';
import type { ModelInfo, Outcome } from '../worker/protocol';
import { createCalibrationActions } from './calibration-actions';
import { createPageStore } from './page-store';
import { setupFrom } from './setup';
import { storedCalibration } from './stored-calibrations';

const MODEL = {
  name: 'tiny',
  parameters: 99,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
} as ModelInfo;
const CLASSES: Calibration = {
  model: 'tiny',
  headClasses: { echo: [[0, 1]], induction: [[1, 0]] },
};
const GATES: Calibration = { model: 'tiny', streamingGates: [[0.5]] };

let stored: Map<string, string>;

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
  REGISTRY.score.push({ ...softmax, id: 'gated', calibration: 'streaming-gates' });
});
afterEach(() => {
  REGISTRY.score.pop();
  vi.unstubAllGlobals();
});

function page(calibration: Calibration | null, answer: Outcome<Calibration | null>) {
  const selection = { layer: 0, head: 0, query: null, key: null, step: null };
  const store = createPageStore(setupFrom(defaultPrompt(1)), selection);
  const asked: CalibrationKind[][] = [];
  const troubles: (Trouble | null)[] = [];
  const engine = {
    async calibrate(kinds: CalibrationKind[]) {
      asked.push(kinds);
      expect(store.getState().calibrating).toMatchObject({ done: 0, total: 0 });
      return answer;
    },
  };
  const strategy = choiceFrom('dense', ['score=gated']);
  store.setState({
    model: MODEL,
    calibration,
    setup: { ...store.getState().setup, strategy },
  });
  const actions = createCalibrationActions(engine, store, (source, trouble) => {
    expect(source).toBe('calibration');
    troubles.push(trouble);
  });
  return { store, asked, troubles, ...actions };
}

const jsonFile = (value: unknown) => new Blob([JSON.stringify(value)]);
const measured: Outcome<Calibration> = { ok: true, value: GATES };

describe('calibrating', () => {
  test('asks for what is missing, adds it to what is there, and keeps both', async () => {
    const { calibrate, asked, store } = page(CLASSES, measured);
    await calibrate();
    expect(asked).toEqual([['streaming-gates']]);
    expect(store.getState().calibration).toEqual({ ...CLASSES, ...GATES });
    expect(store.getState().calibrating).toBeNull();
    expect(storedCalibration(MODEL)).toEqual({ ...CLASSES, ...GATES });
  });

  test('asks again for what the strategy needs where nothing is missing', async () => {
    const { calibrate, asked } = page({ ...CLASSES, ...GATES }, measured);
    await calibrate();
    expect(asked).toEqual([['streaming-gates']]);
  });

  test('measures just the kinds that are named', async () => {
    const { calibrate, asked } = page(null, measured);
    await calibrate(['head-classes']);
    expect(asked).toEqual([['head-classes']]);
  });

  test('stopped, it changes nothing', async () => {
    const { calibrate, store } = page(CLASSES, { ok: true, value: null });
    await calibrate();
    expect(store.getState()).toMatchObject({ calibration: CLASSES, calibrating: null });
    expect(stored.size).toBe(0);
  });

  test('reports a failure and ends', async () => {
    const { trouble } = new TroubleError('out-of-memory', 'Full.', 'Wait.');
    const { calibrate, store, troubles } = page(null, { ok: false, trouble });
    await calibrate();
    expect(troubles.at(-1)).toEqual(trouble);
    expect(store.getState()).toMatchObject({ calibration: null, calibrating: null });
  });

  test('waits for nobody: not during a run, not twice, not without a model', async () => {
    const { calibrate, store, asked } = page(null, measured);
    store.setState({ activity: 'running' });
    await calibrate();
    store.setState({ activity: 'idle', model: null });
    await calibrate();
    store.setState({ model: MODEL });
    await Promise.all([calibrate(), calibrate()]);
    expect(asked).toHaveLength(1);
  });
});

describe('importing', () => {
  test('lays a file over what is there, and keeps both', async () => {
    const { importCalibration, store, troubles } = page(CLASSES, measured);
    await importCalibration(jsonFile(GATES));
    expect(store.getState().calibration).toEqual({ ...CLASSES, ...GATES });
    expect(storedCalibration(MODEL)).toEqual({ ...CLASSES, ...GATES });
    expect(troubles).toEqual([null]);
  });

  test.each([
    ['no JSON', new Blob(['gates: 1']), 'not JSON'],
    ['another size', jsonFile({ ...GATES, streamingGates: [[0.5, 0.5]] }), 'streamingGates[0]'],
    ['another model', jsonFile({ ...GATES, model: 'large' }), 'measured on “large”'],
  ])('refuses a file with %s and keeps what is there', async (_, file, what) => {
    const { importCalibration, store, troubles } = page(CLASSES, measured);
    await importCalibration(file);
    expect(troubles.at(-1)?.what).toContain(what);
    expect(store.getState().calibration).toEqual(CLASSES);
  });
});

test('exporting saves a file that can be imported', async () => {
  const links: { href: string; download: string; click: () => void }[] = [];
  const blobs: Blob[] = [];
  vi.stubGlobal('document', {
    createElement: () => {
      const link = { href: '', download: '', click: vi.fn() };
      links.push(link);
      return link;
    },
  });
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    blobs.push(blob as Blob);
    return 'blob:1';
  });
  page(CLASSES, measured).exportCalibration();
  expect(links[0].download).toBe('tiny.calibration.json');
  expect(links[0].click).toHaveBeenCalledOnce();
  const { importCalibration, store } = page(null, measured);
  await importCalibration(blobs[0]);
  expect(store.getState().calibration).toEqual(CLASSES);
});

test('a model of other content, or a damaged entry, finds nothing stored', async () => {
  await page(null, measured).importCalibration(jsonFile(GATES));
  expect(storedCalibration({ ...MODEL, fingerprint: 'other' })).toBeNull();
  for (const key of stored.keys()) stored.set(key, '{"model":"tiny"}');
  expect(storedCalibration(MODEL)).toBeNull();
});
