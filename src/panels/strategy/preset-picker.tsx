import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Preset } from '../../strategies/presets';
import { PresetList } from './preset-list';
import { bestMatch, findPresets, optionAfter } from './preset-search';
import './preset-picker.css';

interface PresetPickerProps {
  presets: Preset[];
  /** null: an axis was turned, so that the choice has no name. */
  chosen: Preset | null;
  label?: string;
  /** What the closed field says where the choice has no name. */
  unnamed?: string;
  onChoose(id: string): void;
}

/** What is typed into the open list, and the option that Enter takes. */
interface Search {
  query: string;
  activeId: string | undefined;
}

/** A combobox with a grouped list; closed, its field shows the name of the choice. */
export function PresetPicker({
  presets,
  chosen,
  label = 'Preset',
  unnamed = 'Custom',
  onChoose,
}: PresetPickerProps) {
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState<Search | null>(null);
  const isOpen = search !== null;
  const query = search?.query ?? '';
  const groups = useMemo(() => findPresets(presets, query), [presets, query]);
  const options = groups.flatMap((group) => group.presets);
  const active = options.find((option) => option.id === search?.activeId);

  useEffect(() => {
    if (!isOpen) return;
    // A tap on a phone may leave the focus in the field, so its loss is not enough.
    function closeOutside(event: PointerEvent) {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setSearch(null);
    }
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [isOpen]);

  function open() {
    setSearch({ query: '', activeId: (chosen ?? presets[0]).id });
  }

  function type(text: string) {
    const found = findPresets(presets, text).flatMap((group) => group.presets);
    setSearch({ query: text, activeId: bestMatch(found, text)?.id });
  }

  function choose(preset: Preset) {
    setSearch(null);
    onChoose(preset.id);
  }

  function press(event: KeyboardEvent) {
    const { key } = event;
    if (!search) {
      const opens = ['ArrowDown', 'ArrowUp', 'Enter'].includes(key);
      const types = key.length === 1 || key === 'Backspace' || key === 'Delete';
      if (event.ctrlKey || event.metaKey || !(opens || types)) return;
      // A typed letter still arrives, in the field that opening has emptied.
      open();
      if (opens) event.preventDefault();
      return;
    }
    const next = active && optionAfter(key, options, active);
    if (next) setSearch({ ...search, activeId: next.id });
    else if (key === 'Enter' && active) choose(active);
    else if (key === 'Escape') setSearch(null);
    else return;
    event.preventDefault();
  }

  return (
    <div className="preset-picker" ref={root}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={active && `${id}-${active.id}`}
        placeholder={isOpen ? 'name, author or idea' : ''}
        value={search ? search.query : (chosen?.title ?? unnamed)}
        onClick={() => isOpen || open()}
        onChange={(event) => type(event.target.value)}
        onKeyDown={press}
        onBlur={() => setSearch(null)}
      />
      <span className="preset-arrow" aria-hidden="true">
        ▾
      </span>
      {isOpen && (
        <PresetList
          id={id}
          groups={groups}
          total={presets.length}
          query={query}
          chosen={chosen}
          active={active}
          onChoose={choose}
        />
      )}
    </div>
  );
}
