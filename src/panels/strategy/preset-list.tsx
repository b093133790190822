import type { Preset } from '../../strategies/presets';
import type { Paper } from '../../strategies/schema';
import { firstSentence, type PresetGroup } from './preset-search';

interface PresetListProps {
  /** Of the field; the list and its options are named after it. */
  id: string;
  groups: PresetGroup[];
  /** How many presets there are, found or not. */
  total: number;
  query: string;
  chosen: Preset | null;
  active: Preset | undefined;
  onChoose(preset: Preset): void;
}

/** The open list: above the page, never cut off by the column that it opens in. */
export function PresetList({ id, groups, total, query, ...others }: PresetListProps) {
  const found = groups.reduce((sum, { presets }) => sum + presets.length, 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the focus in the field, whose loss closes the list
    <div
      className="preset-popup"
      popover="manual"
      ref={show}
      onMouseDown={(event) => event.preventDefault()}
    >
      <p className="hint" role="status">
        {found === 0
          ? `None of ${total} presets matches “${query.trim()}”.`
          : `${found === total ? '' : `${found} of `}${total} presets`}
      </p>
      <div id={`${id}-list`} role="listbox" aria-label="Named strategies">
        {groups.map(({ family, presets }, index) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox may hold groups, but no fieldsets
          <div key={family} role="group" aria-labelledby={`${id}-family-${index}`}>
            <div id={`${id}-family-${index}`} role="presentation" className="preset-family">
              {family}
            </div>
            {presets.map((preset) => (
              <PresetOption key={preset.id} id={`${id}-${preset.id}`} preset={preset} {...others} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface PresetOptionProps extends Pick<PresetListProps, 'chosen' | 'active' | 'onChoose'> {
  id: string;
  preset: Preset;
}

function PresetOption({ id, preset, chosen, active, onChoose }: PresetOptionProps) {
  const { title, summary, paper } = preset;
  const isChosen = preset === chosen;
  const isActive = preset === active;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field, which keeps the focus, has the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className={`preset-option${isActive ? ' active' : ''}`}
      ref={isActive ? scrollIntoView : null}
      title={summary}
      onClick={() => onChoose(preset)}
    >
      <b>{title}</b>
      {paper && <span className="preset-source">{sourceOf(paper)}</span>}
      <span className="preset-summary">{firstSentence(summary)}</span>
    </div>
  );
}

function sourceOf({ authors, year }: Paper): string {
  const [first, ...others] = authors.split(',');
  return `${first}${others.length > 0 ? ' et al.' : ''}, ${year}`;
}

function show(popup: HTMLElement | null) {
  if (popup && !popup.matches(':popover-open')) popup.showPopover();
}

function scrollIntoView(option: HTMLElement | null) {
  option?.scrollIntoView({ block: 'nearest' });
}
