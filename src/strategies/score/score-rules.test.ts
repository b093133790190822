import { describe, expect, it } from 'vitest';
import { buildStrategy } from '../build';
import { conflictOf } from '../conflicts';
import { choiceFrom } from '../presets';
import { ropeScaling } from './rope-scaling';

const MODEL = { layers: 2, heads: 3, kvHeads: 1, headDim: 64 };

function built(score: string, ...settings: string[]) {
  const choice = choiceFrom('dense', [`score=${score}`, ...settings.map((set) => `score.${set}`)]);
  return buildStrategy(choice, MODEL, null).score;
}

describe('score rules', () => {
  it.each(['act', 'rope-scaling'])('%s needs places of the text', (score) => {
    expect(conflictOf(choiceFrom('streaming-llm', [`score=${score}`]))).not.toBeNull();
    expect(conflictOf(choiceFrom('window', [`score=${score}`]))).toBeNull();
  });

  it('act needs whole rows', () => {
    const planned = conflictOf(choiceFrom('dense', ['score=act', 'prefill=a-shape']));
    expect(planned?.reason).toContain('all rows');
  });

  it.each(['act', 'steering', 'head-mask'])('%s refuses a head that does not exist', (score) => {
    expect(() => built(score, 'heads=1.3')).toThrow('1.3');
    expect(() => built(score, 'heads=2.0')).toThrow('2.0');
  });

  it('steering takes all heads where none is listed', () => {
    expect(built('steering').steering?.heads).toHaveLength(6);
    expect(built('steering', 'heads=1.2').steering?.heads).toEqual([{ layer: 1, head: 2 }]);
  });

  it('log-n leaves the first layers', () => {
    const { queryScale } = built('log-n', 'trained=4096', 'from=1');
    expect(queryScale?.(0)).toEqual({ perLog: 0, least: 1 });
    const { perLog, least } = queryScale?.(1) ?? { perLog: 0, least: 0 };
    expect(Math.max(least, perLog * Math.log(8192))).toBeCloseTo(1.0833, 4);
  });

  it('rope-scaling has the worked numbers of its paper', () => {
    const rotation = { theta: 10000, scaling: null };
    const angles = (method: string, length = 8192) =>
      ropeScaling
        .build({ method, factor: 4, trained: 2048 }, MODEL, null)
        .rope?.(rotation, 64, length);
    const trained = (pair: number) => 10000 ** (-pair / 32);
    const yarn = angles('yarn');
    expect(yarn?.scale).toBeCloseTo(1.1386, 4);
    expect(yarn?.frequencies[8]).toBeCloseTo(trained(8), 12);
    expect(yarn?.frequencies[21]).toBeCloseTo(trained(21) / 4, 12);
    expect(angles('ntk')?.frequencies[16]).toBeCloseTo(41829 ** -0.5, 6);
    expect(angles('linear')?.frequencies[3]).toBe(trained(3) / 4);
    expect(angles('dynamic-ntk', 100)?.frequencies).toEqual(
      angles('dynamic-ntk', 2048)?.frequencies,
    );
  });
});
