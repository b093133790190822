import { describe, expect, test } from 'vitest';
import { softmax } from '../../formulas';
import type { CacheEntry } from '../method';
import { range } from './range';
import { attentionScores } from './scores';
import { keepThreshold, memberWeights, squeezed } from './squeezed';
import { entriesOf, promptOf, randomRun, readLists, SHAPE, TINY, vector, viewOf } from './testing';

describe('the estimated weight of a cluster’s member', () => {
  const { queries, entries } = randomRun(SHAPE, 40, 1).view(0, 0);
  const keys = entries[0].map(({ key }) => key);

  test('worked out: two clusters', () => {
    // Scores 0 and ln 3, three members and one: 1 / (3 + 3) and 3 / (3 + 3).
    const centroids = [vector(0, 1), vector(Math.SQRT2 * Math.log(3), 0)];
    const [first, second] = memberWeights(vector(1, 0), centroids, [3, 1]);
    expect(first).toBeCloseTo(1 / 6, 12);
    expect(second).toBeCloseTo(1 / 2, 12);
  });

  test('is the exact softmax where every key is its own cluster', () => {
    const weights = memberWeights(
      queries[0],
      keys,
      keys.map(() => 1),
    );
    const exact = softmax(attentionScores(queries[0], entries[0])).weights;
    weights.forEach((weight, key) => {
      expect(weight).toBeCloseTo(exact[key], 12);
    });
  });

  test('is exact where all keys of a cluster are equal', () => {
    const pairs = [0, 0, 1, 1, 1].map((which) => entries[0][which]);
    const [first, second] = memberWeights(queries[0], keys.slice(0, 2), [2, 3]);
    const exact = softmax(attentionScores(queries[0], pairs)).weights;
    expect(first).toBeCloseTo(exact[0], 12);
    expect(second).toBeCloseTo(exact[4], 12);
  });

  test('times the number of members sums to 1; clusters without members get nothing', () => {
    const sizes = keys.map((_, c) => c % 4);
    const weights = memberWeights(queries[1], keys, sizes);
    const sum = weights.reduce((total, weight, c) => total + weight * sizes[c], 0);
    expect(sum).toBeCloseTo(1, 12);
    expect(weights.filter((_, c) => sizes[c] === 0).every((weight) => weight === 0)).toBe(true);
    expect(memberWeights(queries[1], keys.slice(0, 2), [0, 0])).toEqual([0, 0]);
  });
});

describe('the threshold', () => {
  test('lets exactly the wanted share of distinct weights pass', () => {
    const weights = [0.5, 0.1, 0.4, 0.2, 0.3];
    const passing = (keep: number) =>
      weights.filter((weight) => weight > keepThreshold(weights, keep)).length;
    expect([0, 20, 40, 59, 60, 100].map(passing)).toEqual([0, 1, 2, 3, 3, 5]);
  });

  test('lets no more than that pass where weights are equal', () => {
    expect(keepThreshold([0.1, 0.2, 0.2, 0.3], 50)).toBe(0.2);
  });

  test('is below every weight when all are kept', () => {
    expect(keepThreshold([0, 0], 100)).toBeLessThan(0);
    expect(keepThreshold([], 50)).toBeLessThan(0);
  });
});

describe('squeezed', () => {
  /** Eight keys of two directions, and two more tokens whose queries set the threshold. */
  const prompt = entriesOf([
    [1, 0],
    [2, 0],
    [0, 1],
    [3, 0],
    [0, 2],
    [2, 0],
    [0, 3],
    [0, 2],
    [9, 9],
    [9, 9],
  ]);
  const parts = promptOf(10);

  function afterPrompt(values: Partial<Parameters<typeof squeezed>[0]>, queries: number[][]) {
    const method = squeezed(
      { clusters: 25, keep: 50, queries: 2, levels: 1, coarse: 1, ...values },
      TINY,
    );
    const rows = prompt.map((_, position) => Float64Array.from(queries[position - 8] ?? [7, 7]));
    method.observePrompt?.({ layer: 0, start: 0, queries: [rows], keys: [], parts }, []);
    method.promptRead?.([[prompt]], parts);
    return (query: number[], generated: CacheEntry[] = []) =>
      readLists(method, viewOf([query], [[...prompt, ...generated]], { parts }))[0];
  }

  test('reads the clusters that the query wants, and all from the last prompt tokens on', () => {
    // Clusters (2, 0) and (0, 2) with four keys each; on average the prompt's queries want both alike.
    const read = afterPrompt({}, [
      [1, 0],
      [0, 1.01],
    ]);
    const generated = entriesOf([[0, 0]]);
    expect(read([1, 0], generated)).toEqual([0, 1, 3, 5, 8, 9, 10]);
    expect(read([0, 1], generated)).toEqual([2, 4, 6, 7, 8, 9, 10]);
  });

  test('the threshold comes from the last prompt queries: a vaguer query passes nothing', () => {
    const sharp = afterPrompt({}, [
      [5, 0],
      [5, 0],
    ]);
    // The lower cluster got about nothing, so both pass for a query that does not care.
    expect(sharp([0, 0])).toEqual(range(0, 10));
    const vague = afterPrompt({ keep: 0 }, [
      [1, 0],
      [1, 0],
    ]);
    expect(vague([0.9, 0])).toEqual([8, 9]);
    expect(vague([1.1, 0])).toEqual([0, 1, 3, 5, 8, 9]);
  });

  test('the weights of the last prompt queries are averaged', () => {
    // Alone, (1, 0) gives each horizontal key 0.2 (e^√2 / 4(e^√2 + 1)); together with (0, 1) 0.125.
    const read = afterPrompt({ keep: 0 }, [
      [1, 0],
      [0, 1],
    ]);
    expect(read([0.01, 0])).toEqual([0, 1, 3, 5, 8, 9]);
  });

  test('keeps all of a short prompt', () => {
    const method = squeezed({ clusters: 5, keep: 1, queries: 100, levels: 2, coarse: 1 }, SHAPE);
    const run = randomRun(SHAPE, 30, 1);
    run.read(method);
    expect(readLists(method, run.view(1, 0))).toEqual(new Array(4).fill(range(0, 31)));
  });

  test('one key in a cluster: the exact softmax against the quantile over all layers and heads', () => {
    const keep = 30;
    const method = squeezed({ clusters: 100, keep, queries: 10, levels: 1, coarse: 1 }, SHAPE);
    const run = randomRun(SHAPE, 60, 1);
    run.read(method);
    const past = randomRun(SHAPE, 0, 61);
    const exact = (layer: number, head: number, query: Float64Array) =>
      softmax(attentionScores(query, run.view(layer, 0).entries[head >> 1].slice(0, 50))).weights;
    const heads = range(0, 12).map((i) => ({ layer: i >> 2, head: i & 3 }));
    const calibration = heads.flatMap(({ layer, head }) => {
      const rows = range(50, 60).map((position) =>
        exact(layer, head, past.view(layer, position).queries[head]),
      );
      return range(0, 50).map((key) => rows.reduce((sum, row) => sum + row[key], 0) / 10);
    });
    const limit = calibration.sort((a, b) => b - a)[Math.round((12 * 50 * keep) / 100)];
    for (const { layer, head } of heads) {
      const view = run.view(layer, 0);
      const weights = exact(layer, head, view.queries[head]);
      const expected = range(0, 50).filter((key) => weights[key] > limit);
      expect(readLists(method, view)[head]).toEqual([...expected, ...range(50, 61)]);
    }
  });

  describe('with two levels', () => {
    test('reads only keys that pass the coarse level too', () => {
      const lists = (levels: 1 | 2, keep: number) => {
        const values = { clusters: 40, keep, queries: 10, levels, coarse: 5 };
        const method = squeezed(values, SHAPE);
        const run = randomRun(SHAPE, 90, 1);
        run.read(method);
        return range(0, 3).flatMap((layer) => readLists(method, run.view(layer, 0)));
      };
      const total = (all: number[][]) => all.reduce((sum, list) => sum + list.length - 11, 0);
      expect(total(lists(2, 100))).toBe(12 * 80);
      expect(total(lists(2, 30))).toBeGreaterThan(0);
      expect(total(lists(2, 30))).toBeLessThan(12 * 80 * 0.6);
      expect(lists(2, 30)).not.toEqual(lists(1, 30));
    });

    test('fine weights count only what passed: 1/n each where one coarse cluster is left', () => {
      // Fine clusters are the directions 0, 10, 90 and 100 degrees, coarse ones the two pairs. For a query
      // at 0 degrees the upper pair is dropped, so the lower pair shares the whole weight: above the
      // threshold of one level, which knew all four.
      const directions = [0, 10, 90, 100].map((degrees) => {
        const angle = (degrees * Math.PI) / 180;
        return [Math.cos(angle), Math.sin(angle)];
      });
      const keys = [...directions, [0, 0]];
      const entries = entriesOf(keys);
      const run = (levels: 1 | 2) => {
        const values = { clusters: 100, keep: 25, queries: 1, levels, coarse: 50 };
        const method = squeezed(values, TINY);
        const rows = keys.map(() => vector(1, 0));
        const five = promptOf(5);
        method.observePrompt?.({ layer: 0, start: 0, queries: [rows], keys: [], parts: five }, []);
        method.promptRead?.([[entries]], five);
        return readLists(method, viewOf([[1, 0]], [entries], { parts: five }))[0];
      };
      expect(run(1)).toEqual([0, 4]);
      expect(run(2)).toEqual([0, 1, 4]);
    });
  });
});
