import { useId } from 'react';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import { type PageState, processedTokens } from '../../state/page-store';
import { type Text, useText } from '../../state/text';
import { rowSelected, viewedStep } from '../../state/viewed-step';
import { quoted } from '../parts/token-text';
import './step-bar.css';

const selectStep = (state: PageState) => state.selection.step;
const selectProcessed = (state: PageState) => processedTokens(state.run);

/** Goes back in time: all panels show the run as the row of this step saw it. */
export function StepBar() {
  const id = useId();
  const text = useText();
  const store = usePageStore();
  const step = usePage(selectStep);
  const viewed = usePage(viewedStep);
  const newest = usePage(selectProcessed) - 1;
  const { select } = usePageActions();

  const view = (row: number) => select(rowSelected(store.getState(), row));

  return (
    <section className="step-bar" aria-label="Step">
      <label htmlFor={id}>Step</label>
      <button
        type="button"
        className="small"
        aria-label="Back in time by one step"
        disabled={viewed === null || viewed === 0}
        onClick={() => viewed !== null && view(viewed - 1)}
      >
        ‹
      </button>
      <input
        id={id}
        type="range"
        min={0}
        max={Math.max(newest, 1)}
        value={viewed ?? 0}
        disabled={viewed === null}
        aria-valuetext={viewed === null ? 'not run yet' : describe(viewed, text)}
        onChange={(event) => view(Number(event.target.value))}
        onKeyDown={(event) => {
          if (event.key === 'Escape') select({ step: null });
        }}
      />
      <button
        type="button"
        className="small"
        aria-label="Forward in time by one step"
        disabled={viewed === null || viewed >= newest}
        onClick={() => viewed !== null && view(viewed + 1)}
      >
        ›
      </button>
      <button
        type="button"
        className="small"
        aria-pressed={step === null}
        disabled={viewed === null}
        onClick={() => select({ step: null })}
      >
        Now
      </button>
      <span className="step-text hint">
        {viewed === null ? 'Run the prompt, then go back in time here.' : describe(viewed, text)}
      </span>
    </section>
  );
}

/** The row in words: its token, and which token of the answer it wrote. */
function describe(row: number, { pieces, promptLength }: Text): string {
  const written = row + 1 - promptLength;
  const wrote =
    written >= 0 && pieces[row + 1] !== undefined
      ? `, wrote ${quoted(pieces[row + 1])} (answer ${written + 1})`
      : '';
  return `row ${row} ${quoted(pieces[row])}${wrote}`;
}
