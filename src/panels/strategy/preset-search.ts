import type { Preset } from '../../strategies/presets';
import { FAMILIES, type Family } from '../../strategies/schema';

export interface PresetGroup {
  family: Family;
  presets: Preset[];
}

/** The presets in which every word of a query occurs, by family; families without any are left out. */
export function findPresets(presets: Preset[], query: string): PresetGroup[] {
  const words = plain(query).split(/\s+/);
  const found = presets.filter((preset) => {
    const text = searchTextOf(preset);
    return words.every((word) => text.includes(word));
  });
  return FAMILIES.map((family) => ({
    family,
    presets: found.filter((preset) => preset.family === family),
  })).filter((group) => group.presets.length > 0);
}

/** The preset that a query most likely means: one whose own name holds it, before one that mentions it. */
export function bestMatch(options: Preset[], query: string): Preset | undefined {
  const wanted = plain(query).trim();
  const named = (match: (name: string) => boolean) =>
    options.find(({ id, title }) => match(plain(title)) || match(id));
  return (
    named((name) => name === wanted) ??
    named((name) => name.startsWith(wanted)) ??
    named((name) => name.includes(wanted)) ??
    options[0]
  );
}

/** The option that a key moves to from the active one, or null for a key that does not move. */
export function optionAfter(key: string, options: Preset[], active: Preset): Preset | null {
  const last = options.length - 1;
  const index = options.indexOf(active);
  switch (key) {
    case 'ArrowDown':
      return options[index === last ? 0 : index + 1];
    case 'ArrowUp':
      return options[index === 0 ? last : index - 1];
    case 'Home':
      return options[0];
    case 'End':
      return options[last];
    default:
      return null;
  }
}

export function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}

function searchTextOf({ id, title, family, summary, paper }: Preset): string {
  const source = paper ? [paper.title, paper.authors, paper.year, paper.arxiv ?? ''] : [];
  return plain([title, id, family, summary, ...source].join(' '));
}

/** Without case and accents, so that names can be typed as they are heard. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}
