import { describe, expect, test } from 'vitest';
import { PRESETS, type Preset } from '../../strategies/presets';
import type { Family } from '../../strategies/schema';
import { bestMatch, findPresets, firstSentence, optionAfter } from './preset-search';

function preset(id: string, title: string, family: Family, summary: string): Preset {
  const paper = {
    title: 'Keeping Less',
    authors: 'Gödel, Turing',
    year: 2024,
    arxiv: '2401.01234',
  };
  return { ...PRESETS[0], id, title, family, summary, paper };
}

const EARLY = preset('a2sf', 'A2SF', 'Cache eviction', 'Scores forget. Unlike H2O, it is fair.');
const HEAVY = preset('h2o', 'H2O', 'Cache eviction', 'Heavy hitters stay.');
const PAGES = preset('quest', 'Quest', 'Selective decode', 'Pages are ranked by bounds.');
const YARD = {
  ...preset('dense', 'Dense', 'Yardstick', 'All of it. The question first.'),
  paper: null,
};
const ALL = [PAGES, EARLY, YARD, HEAVY];

const idsFor = (query: string) =>
  findPresets(ALL, query).map(({ family, presets }) => [family, presets.map(({ id }) => id)]);

describe('finding presets', () => {
  test('without a query: all of them, by family, in the order of the families', () => {
    expect(idsFor(' ')).toEqual([
      ['Yardstick', ['dense']],
      ['Cache eviction', ['a2sf', 'h2o']],
      ['Selective decode', ['quest']],
    ]);
  });

  test.each([
    ['title', 'dens', ['dense']],
    ['id', 'a2sf', ['a2sf']],
    ['summary', 'ranked', ['quest']],
    ['author, without case and accents', 'godel', ['a2sf', 'h2o', 'quest']],
    ['title of the paper', 'keeping less', ['a2sf', 'h2o', 'quest']],
    ['arXiv id', '2401.01234', ['a2sf', 'h2o', 'quest']],
    ['family', 'selective', ['quest']],
    ['words in any order', 'eviction heavy', ['h2o']],
    ['nothing', 'mamba', []],
  ])('by %s', (_, query, ids) => {
    expect(findPresets(ALL, query).flatMap(({ presets }) => presets.map(({ id }) => id))).toEqual(
      ids,
    );
  });

  test('every preset is found by its title and belongs to one family', () => {
    for (const { title, id } of PRESETS) {
      const found = findPresets(PRESETS, title).flatMap(({ presets }) => presets);
      expect(bestMatch(found, title)?.id).toBe(id);
    }
    const listed = findPresets(PRESETS, '').flatMap(({ presets }) => presets);
    expect(listed).toHaveLength(PRESETS.length);
  });

  test('the best match is the one of that name, not the one that mentions it', () => {
    const match = (query: string) =>
      bestMatch(
        findPresets(ALL, query).flatMap(({ presets }) => presets),
        query,
      )?.id;
    expect(match('H2O')).toBe('h2o');
    expect(match('quest')).toBe('quest');
    expect(match('fair')).toBe('a2sf');
    expect(match('mamba')).toBeUndefined();
  });
});

test('keys move through the options and around their ends', () => {
  const move = (key: string, from: Preset) => optionAfter(key, ALL, from)?.id;
  expect(move('ArrowDown', PAGES)).toBe('a2sf');
  expect(move('ArrowDown', HEAVY)).toBe('quest');
  expect(move('ArrowUp', PAGES)).toBe('h2o');
  expect(move('ArrowUp', HEAVY)).toBe('dense');
  expect(move('Home', HEAVY)).toBe('quest');
  expect(move('End', PAGES)).toBe('h2o');
  expect(optionAfter('x', ALL, PAGES)).toBeNull();
});

test.each([
  ['One sentence. And another.', 'One sentence.'],
  ['It keeps 0.5 of all. The rest goes.', 'It keeps 0.5 of all.'],
  ['No stop at all', 'No stop at all'],
])('the first sentence of "%s"', (text, sentence) => {
  expect(firstSentence(text)).toBe(sentence);
});
