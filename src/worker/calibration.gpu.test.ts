import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalibrationKind } from '../strategies/calibration';
import { calibrate } from './calibration';
import { ModelSlot } from './model-slot';
import { ModelSources } from './model-sources';
import type { EngineEvent } from './protocol';

const page = new URL('/', location.href).href;
let slot: ModelSlot;
beforeAll(async () => {
  const request = {
    source: { kind: 'url', url: `${page}models/needle-2.4m/` },
    precision: 'f32',
  } as const;
  slot = await ModelSlot.load(
    request,
    new ModelSources(),
    new AbortController().signal,
    () => {},
    () => {},
  );
});
afterAll(() => slot.destroy());

/** Calibrates until that measurement has done its first steps. */
async function calibrated(kinds: CalibrationKind[], stopAt: string) {
  const events: EngineEvent[] = [];
  const stopped = () =>
    events.some((event) => event.type === 'calibrate' && event.what === stopAt && event.done > 0);
  const emit = (event: EngineEvent) => void events.push(event);
  const calibration = await calibrate(slot, kinds, `${page}haystacks/`, emit, stopped);
  return { calibration, events };
}

describe('calibrating the embedded model', () => {
  it('finds its retrieval heads, and keeps them when stopped in the next measurement', async () => {
    const kinds: CalibrationKind[] = ['head-classes', 'streaming-gates'];
    const { calibration, events } = await calibrated(kinds, 'streaming gates');
    expect(calibration).toEqual({ model: 'needle-2.4m', headClasses: expect.anything() });
    const { induction = [], echo = [] } = calibration?.headClasses ?? {};
    // All heads of layer 5 retrieve, and no others.
    for (const head of induction[5]) expect(head).toBeGreaterThan(0.4);
    const others = induction.filter((_, layer) => layer !== 5);
    for (const head of [...others.flat(), ...echo.flat()]) expect(head).toBeLessThan(0.02);
    // The file that comes with the model says the same.
    const shipped = slot.info.calibration?.headClasses;
    induction.flat().forEach((score, head) => {
      expect(score).toBeCloseTo(shipped?.induction.flat()[head] ?? -1, 3);
    });
    const whole = { type: 'calibrate', done: 1025, total: 1025, what: 'head classes' };
    expect(events).toContainEqual(whole);
  });

  it('gives nothing when stopped in the first', async () => {
    const kinds: CalibrationKind[] = ['prefill-patterns', 'head-classes'];
    expect((await calibrated(kinds, 'prefill patterns')).calibration).toBeNull();
  });
});
