import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { PRESETS, presetOf } from '../../strategies/presets';
import { PresetList } from './preset-list';
import { PresetPicker } from './preset-picker';
import { findPresets } from './preset-search';

function list(query: string): string {
  return renderToStaticMarkup(
    <PresetList
      id="p"
      groups={findPresets(PRESETS, query)}
      total={PRESETS.length}
      query={query}
      chosen={presetOf('window')}
      active={presetOf('dense')}
      onChoose={() => {}}
    />,
  );
}

const field = (chosen: string | null) =>
  renderToStaticMarkup(
    <PresetPicker
      presets={PRESETS}
      chosen={chosen === null ? null : presetOf(chosen)}
      onChoose={() => {}}
    />,
  );

describe('the list of presets', () => {
  test('has a heading for each group, and an option of two lines for each preset', () => {
    const html = list('');
    expect(html.match(/role="option"/g)).toHaveLength(PRESETS.length);
    const heading = /role="group" aria-labelledby="([^"]+)"/.exec(html)?.[1];
    expect(html).toContain(`id="${heading}" role="presentation" class="preset-family">Yardstick`);
    expect(html).toContain('<b>StreamingLLM</b>');
    expect(html).toContain('Xiao et al., 2023');
    expect(html).toContain(`${PRESETS.length} presets`);
  });

  test('marks the chosen option, and apart from it the one that Enter takes', () => {
    const html = list('');
    expect(html).toMatch(/id="p-window"[^>]* aria-selected="true" class="preset-option"/);
    expect(html).toMatch(/id="p-dense"[^>]* aria-selected="false" class="preset-option active"/);
  });

  test('says how many are found, and that none is', () => {
    expect(list('streamingllm')).toContain(`1 of ${PRESETS.length} presets`);
    expect(list('mamba')).toContain('matches “mamba”');
    expect(list('mamba')).not.toContain('role="option"');
  });
});

describe('the closed field', () => {
  test('is a labelled combobox with the name of the choice', () => {
    const html = field('window');
    const id = /<label for="([^"]+)">Preset<\/label>/.exec(html)?.[1];
    expect(html).toContain(`id="${id}" type="text" role="combobox"`);
    expect(html).toContain('aria-expanded="false"');
    expect(html).toContain('value="Window attention"');
    expect(html).not.toContain('role="listbox"');
  });

  test('says Custom where the choice has no name', () => {
    expect(field(null)).toContain('value="Custom"');
  });
});
