import { describe, expect, it } from 'vitest';
import { TroubleError } from '../trouble';
import { buildStrategy } from './build';
import type { Calibration } from './calibration';
import { choiceFrom, PRESETS, presetLike, presetOf } from './presets';
import { REGISTRY } from './registry';
import { AXES, completeValues, type Entry, isNumberParameter } from './schema';

const MODEL = { layers: 4, heads: 6, kvHeads: 3, headDim: 32 };
const grid = <T>(columns: number, cell: (layer: number, column: number) => T) =>
  Array.from({ length: MODEL.layers }, (_, layer) =>
    Array.from({ length: columns }, (_, column) => cell(layer, column)),
  );
/** Something measured for every head of the model. */
const MEASURED: Calibration = {
  model: 'test',
  headClasses: {
    echo: grid(MODEL.heads, (layer, head) => layer / 4 + head / 100),
    induction: grid(MODEL.heads, (layer, head) => layer / 4 - head / 100),
  },
  streamingGates: grid(MODEL.kvHeads, (layer, head) => (layer + head) / 10),
  prefillPatterns: grid(MODEL.heads, () => ({ family: 'vertical-slash' as const, a: 16, b: 64 })),
};
const ENTRIES = AXES.flatMap((axis) =>
  (REGISTRY[axis] as Entry<unknown, unknown>[]).map((entry) => ({ axis, entry })),
);

describe.each(ENTRIES)('$axis: $entry.id', ({ entry }) => {
  it('can be found, read and tried', () => {
    expect(entry.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const text of [entry.title, entry.summary, entry.formula, entry.tryThis]) {
      expect(text.length).toBeGreaterThan(3);
    }
    if (entry.paper?.arxiv) expect(entry.paper.arxiv).toMatch(/^\d{4}\.\d{4,5}$/);
    for (const parameter of entry.parameters) {
      expect(parameter.meaning.length).toBeGreaterThan(10);
    }
  });

  it('builds with its defaults and predicts a cost that does not shrink with the length', () => {
    const values = completeValues(entry.id, entry.parameters, {});
    expect(entry.build(values, MODEL, MEASURED)).toBeTruthy();
    const costs = [1, 100, 10_000].map((length) => Object.values(entry.cost(length, values) ?? {}));
    costs[0].forEach((_, i) => {
      expect(costs[1][i]).toBeGreaterThanOrEqual(costs[0][i]);
      expect(costs[2][i]).toBeGreaterThanOrEqual(costs[1][i]);
    });
  });

  it('refuses values out of range and names the parameter', () => {
    for (const parameter of entry.parameters.filter(isNumberParameter)) {
      for (const value of [parameter.min - 1, parameter.max + 1, 'much', '', Number.NaN]) {
        const complete = () =>
          completeValues(entry.id, entry.parameters, { [parameter.name]: value });
        expect(complete).toThrow(TroubleError);
        expect(complete).toThrow(parameter.name);
      }
      for (const value of [parameter.min, parameter.max, String(parameter.default)]) {
        completeValues(entry.id, entry.parameters, { [parameter.name]: value });
      }
    }
    expect(() => completeValues(entry.id, entry.parameters, { nothing: 1 })).toThrow('nothing');
  });
});

describe('choices', () => {
  it('have unique ids', () => {
    const ids = [
      ...ENTRIES.map(({ axis, entry }) => `${axis}.${entry.id}`),
      ...PRESETS.map((p) => p.id),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(PRESETS)('preset $id builds, and is recognised', (preset) => {
    expect(buildStrategy(preset.choice, MODEL, MEASURED)).toBeTruthy();
    expect(presetLike(structuredClone(preset.choice))).toBe(preset);
  });

  it('are refused where the model was not measured', () => {
    const { choice } = presetOf('duo-attention');
    expect(() => buildStrategy(choice, MODEL, null)).toThrow('streaming gates');
  });

  it('are refused with the reason where two axes exclude each other', () => {
    const choice = choiceFrom('a-shape', ['cache=window']);
    expect(() => buildStrategy(choice, MODEL, null)).toThrow('while the prompt is read');
  });

  it('cover every entry', () => {
    for (const { axis, entry } of ENTRIES) {
      expect(PRESETS.some(({ choice }) => choice[axis].id === entry.id)).toBe(true);
    }
  });

  it('take settings in any order, of values and of whole axes', () => {
    const choice = choiceFrom('dense', [
      'cache.recent=33',
      'cache=sinks-recent',
      'score=temperature',
    ]);
    expect(choice.cache).toEqual({ id: 'sinks-recent', values: { sinks: 4, recent: 33 } });
    expect(choice.score).toEqual({ id: 'temperature', values: { temperature: 1 } });
    expect(presetLike(choice)).toBeNull();
    const built = buildStrategy(
      choiceFrom('dense', ['score=head-mask', 'score.heads=2.1, 3.5']),
      MODEL,
      null,
    );
    expect(built.score.maskedHeads).toEqual([
      { layer: 2, head: 1 },
      { layer: 3, head: 5 },
    ]);
  });

  it.each([
    ['cache.recent', 'form'],
    ['colour.x=1', 'form'],
    ['cache=everything', 'everything'],
    ['cache.sinks=4', 'sinks'],
    ['score.heads=2', 'heads'],
  ])('refuse the setting %s', (setting, named) => {
    const preset = setting.startsWith('score') ? ['score=head-mask', setting] : [setting];
    expect(() => choiceFrom('dense', preset)).toThrow(named);
  });

  it('refuse a preset and a head that do not exist', () => {
    expect(() => presetOf('magic')).toThrow('magic');
    const choice = choiceFrom('dense', ['score=head-mask', 'score.heads=4.0']);
    expect(() => buildStrategy(choice, MODEL, null)).toThrow('4.0');
  });
});
