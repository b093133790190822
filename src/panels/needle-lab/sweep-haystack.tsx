import { useId } from 'react';
import type { HaystackRef } from '../../needle/prompt-spec';
import { RANDOM_WORDS } from '../../needle/random-words';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';

const selectHaystacks = (state: PageState) => state.haystacks;
const selectPromptHaystack = (state: PageState) => state.setup.haystack;

const OWN_TEXT = 'own-text';

interface SweepHaystackProps {
  haystack: HaystackRef;
  onChange(haystack: HaystackRef): void;
}

/** Where the long texts of a sweep come from. Own text is the one that the prompt panel holds. */
export function SweepHaystack({ haystack, onChange }: SweepHaystackProps) {
  const id = useId();
  const bundled = usePage(selectHaystacks);
  const ofPrompt = usePage(selectPromptHaystack);
  const chosen = 'id' in haystack ? haystack.id : OWN_TEXT;
  const own = 'text' in haystack ? haystack : 'text' in ofPrompt ? ofPrompt : null;

  function choose(value: string) {
    if (value !== OWN_TEXT) onChange({ id: value });
    else if ('text' in ofPrompt) onChange(ofPrompt);
  }

  return (
    <div className="sweep-field">
      <label htmlFor={id}>Haystack</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.target.value)}>
        {'id' in haystack && ![...bundled, RANDOM_WORDS].some((one) => one.id === chosen) && (
          <option value={chosen}>{chosen}</option>
        )}
        {[...bundled, RANDOM_WORDS].map(({ id: value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
        <option value={OWN_TEXT} disabled={own === null}>
          {own ? own.title : 'Own text (choose it in Prompt first)'}
        </option>
      </select>
    </div>
  );
}
