import { usePage, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { rememberTour } from './tour-memory';

const selectOffered = (state: PageState) => state.tour.offered && state.model !== null;

/** Offers the tour to somebody who is here for the first time. */
export function TourOffer() {
  const offered = usePage(selectOffered);
  const store = usePageStore();
  if (!offered) return null;

  function answer(step: number | null) {
    rememberTour();
    store.setState({ tour: { step, offered: false } });
  }

  return (
    <section className="banner notice" aria-label="Tour offer">
      <p>
        <strong>First time here?</strong> Four steps show a sink, a head that retrieves, why an
        answer breaks, and what brings it back. They take about a minute.
      </p>
      <div className="banner-actions">
        <button type="button" className="primary" onClick={() => answer(0)}>
          Take the tour
        </button>
        <button type="button" onClick={() => answer(null)}>
          No, thanks
        </button>
      </div>
    </section>
  );
}
