import { describe, expect, test } from 'vitest';
import { TroubleError } from '../trouble';
import { type Calibration, holdsKind, parseCalibration } from './calibration';

const MODEL = { layers: 2, heads: 4, kvHeads: 2, headDim: 8 };

const scores = () => [
  [0, 0.25, 0.5, 1],
  [0.1, 0.2, 0.3, 0.4],
];
const patternRow = () => [
  { family: 'a-shape', a: 4, b: 64 },
  { family: 'vertical-slash', a: 16, b: 32 },
  { family: 'block-sparse', a: 8, b: 0 },
  { family: 'a-shape', a: 0, b: 1 },
];
const whole = () => ({
  model: 'tiny',
  headClasses: { echo: scores(), induction: scores() },
  streamingGates: [
    [0, 1],
    [0.5, 0.5],
  ],
  prefillPatterns: [patternRow(), patternRow()],
});

/** A whole calibration with the value at a path replaced. */
function changed(path: string, value: unknown): unknown {
  const calibration: unknown = whole();
  const steps = path.split('.');
  const last = steps.pop() as string;
  let place = calibration as Record<string, unknown>;
  for (const step of steps) place = place[step] as Record<string, unknown>;
  place[last] = value;
  return calibration;
}

describe('a calibration from outside', () => {
  test('comes back as it went out', () => {
    const exported = JSON.parse(JSON.stringify(whole()));
    expect(parseCalibration(exported, MODEL)).toEqual(whole());
  });

  test('may hold one kind only, and loses fields that nobody knows', () => {
    const json = { model: 'tiny', streamingGates: whole().streamingGates, colour: 'red' };
    const calibration = parseCalibration(json, MODEL);
    expect(calibration).toEqual({ model: 'tiny', streamingGates: whole().streamingGates });
    expect(holdsKind(calibration, 'streaming-gates')).toBe(true);
    expect(holdsKind(calibration, 'head-classes')).toBe(false);
    expect(holdsKind(calibration, 'prefill-patterns')).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['model', 7, 'model must be the name of a model, found 7'],
    ['headClasses', [], 'headClasses must be an object, found []'],
    [
      'headClasses.echo',
      undefined,
      'headClasses.echo must be a list of 2 layers, as the model has, found nothing',
    ],
    [
      'headClasses.echo',
      [[0, 0, 0, 0]],
      'headClasses.echo must be a list of 2 layers, as the model has, found 1 of them',
    ],
    [
      'headClasses.induction.1',
      [0, 0],
      'headClasses.induction[1] must be a list of 4 heads, as the model has, found 2 of them',
    ],
    ['headClasses.induction.1.3', null, 'headClasses.induction[1][3] must be a number, found null'],
    ['headClasses.induction.0.0', '0.5', 'headClasses.induction[0][0] must be a number, found 0.5'],
    [
      'streamingGates.0',
      [0, 0, 0, 0],
      'streamingGates[0] must be a list of 2 KV heads, as the model has, found 4 of them',
    ],
    ['streamingGates.0.1', 1.5, 'streamingGates[0][1] must be a number from 0 to 1, found 1.5'],
    [
      'prefillPatterns.1',
      {},
      'prefillPatterns[1] must be a list of 4 heads, as the model has, found {}',
    ],
    ['prefillPatterns.1.2', 'dense', 'prefillPatterns[1][2] must be an object, found dense'],
    [
      'prefillPatterns.1.2.family',
      'dense',
      'prefillPatterns[1][2].family must be one of a-shape, vertical-slash, block-sparse, found dense',
    ],
    [
      'prefillPatterns.1.2.a',
      -1,
      'prefillPatterns[1][2].a must be a whole number from 0 up, found -1',
    ],
    [
      'prefillPatterns.1.2.b',
      0.5,
      'prefillPatterns[1][2].b must be a whole number from 0 up, found 0.5',
    ],
  ])('is refused for a wrong %s (%j)', (path, value, message) => {
    const parse = () => parseCalibration(changed(path, value), MODEL);
    expect(parse).toThrow(TroubleError);
    expect(parse).toThrow(message);
  });

  test.each([
    ['a list', []],
    ['null', null],
    ['a text', 'needle'],
    ['nothing measured', { model: 'tiny' }],
  ])('is refused if it is %s', (_, json) => {
    expect(() => parseCalibration(json, MODEL)).toThrow('Calibration: content must be');
  });
});

test('without a calibration nothing is held', () => {
  expect(holdsKind(null, 'head-classes')).toBe(false);
  const gates: Calibration = { model: 'tiny', streamingGates: [] };
  expect(holdsKind(gates, 'streaming-gates')).toBe(true);
});
