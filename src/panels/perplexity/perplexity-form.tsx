import { useId } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { PERPLEXITY_PARAMETERS } from '../../state/perplexity';
import { parameterProblem } from '../../state/setup';
import type { NumberParameter } from '../../strategies/schema';
import { ParameterControl } from '../parts/parameter-control';
import { StrategyChips } from '../strategy/strategy-chips';

const selectDraft = (state: PageState) => state.perplexity.draft;
const selectHaystacks = (state: PageState) => state.haystacks;
const selectPromptText = (state: PageState) => state.setup.haystack;

const PROMPT_TEXT = 'prompt-text';

/** Which text is fed, and through which strategies. */
export function PerplexityForm() {
  const { strategies } = usePage(selectDraft);
  const { changePerplexity } = usePageActions();
  return (
    <div className="perplexity-form">
      <TextChoice />
      {Object.values(PERPLEXITY_PARAMETERS).map((parameter) => (
        <NumberField key={parameter.name} parameter={parameter} />
      ))}
      <StrategyChips
        strategies={strategies}
        onChange={(next) => changePerplexity({ strategies: next })}
      />
    </div>
  );
}

/** One of the bundled texts, or the own text of the prompt. */
function TextChoice() {
  const id = useId();
  const { haystack } = usePage(selectDraft);
  const haystacks = usePage(selectHaystacks);
  const promptText = usePage(selectPromptText);
  const { changePerplexity } = usePageActions();
  const chosen = 'id' in haystack ? haystack.id : PROMPT_TEXT;
  const hasOwn = 'text' in promptText || 'text' in haystack;

  function choose(value: string) {
    if (value !== PROMPT_TEXT) changePerplexity({ haystack: { id: value } });
    else if ('text' in promptText) changePerplexity({ haystack: promptText });
  }

  return (
    <div className="perplexity-field">
      <label htmlFor={id}>Text</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.target.value)}>
        {'id' in haystack && !haystacks.some((entry) => entry.id === haystack.id) && (
          <option value={haystack.id}>{haystack.id}</option>
        )}
        {haystacks.map(({ id: value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
        <option value={PROMPT_TEXT} disabled={!hasOwn}>
          {hasOwn ? 'Own text of the prompt' : 'Own text: give it in Prompt'}
        </option>
      </select>
    </div>
  );
}

function NumberField({ parameter }: { parameter: NumberParameter }) {
  const { numbers } = usePage(selectDraft);
  const { changePerplexity } = usePageActions();
  const value = numbers[parameter.name];
  return (
    <ParameterControl
      parameter={parameter}
      value={value}
      problem={parameterProblem(parameter, value)}
      onChange={(next) => changePerplexity({ numbers: { ...numbers, [parameter.name]: next } })}
    />
  );
}
