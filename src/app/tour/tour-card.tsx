import { useEffect, useRef, useState } from 'react';
import { usePage, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { Finding, TourStep } from '../../state/tour';
import './tour.css';

const selectStep = (state: PageState) => state.tour.step;

/** The tour's card: one step at a time, each of which does something on the page and says what came of it. */
export function TourCard({ steps }: { steps: TourStep[] }) {
  const step = usePage(selectStep);
  return step === null ? null : <Step key={step} steps={steps} index={step} />;
}

function Step({ steps, index }: { steps: TourStep[]; index: number }) {
  const store = usePageStore();
  const [finding, setFinding] = useState<Finding | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  /** A step acts once, also where React runs its effects twice. */
  const performed = useRef<Promise<Finding>>(undefined);
  const { title, panel, doing } = steps[index];

  useEffect(() => {
    let left = false;
    const { folded } = store.getState();
    store.setState({ folded: folded.filter((one) => one !== panel) });
    document.documentElement.dataset.tour = panel;
    heading.current?.focus();
    performed.current ??= steps[index].perform().catch(notPerformed);
    void performed.current.then((found) => {
      if (left) return;
      setFinding(found);
      document.querySelector(`.panel.${panel}`)?.scrollIntoView({ block: 'nearest' });
    });
    return () => {
      left = true;
      delete document.documentElement.dataset.tour;
    };
  }, [steps, index, panel, store]);

  function go(step: number | null) {
    store.setState({ tour: { step, offered: false } });
  }

  const isLast = index === steps.length - 1;
  return (
    <section
      className="tour-card"
      aria-label="Tour"
      onKeyDown={(event) => event.key === 'Escape' && go(null)}
    >
      <h2 ref={heading} tabIndex={-1}>
        <span className="hint">
          {index + 1} of {steps.length}
        </span>{' '}
        {title}
      </h2>
      <p aria-live="polite">
        {finding ? finding.text : doing}
        {finding && !finding.seen && (
          <span className="hint"> Not every model and prompt shows this.</span>
        )}
      </p>
      <div className="tour-buttons">
        <button type="button" onClick={() => go(null)}>
          Leave
        </button>
        {index > 0 && (
          <button type="button" disabled={!finding} onClick={() => go(index - 1)}>
            Back
          </button>
        )}
        <button
          type="button"
          className="primary"
          disabled={!finding}
          onClick={() => go(isLast ? null : index + 1)}
        >
          {isLast ? 'Done' : 'Next'}
        </button>
      </div>
    </section>
  );
}

function notPerformed(error: unknown): Finding {
  return { seen: false, text: error instanceof Error ? error.message : String(error) };
}
