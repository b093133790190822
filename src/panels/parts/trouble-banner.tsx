import { usePageActions } from '../../state/page-context';
import type { TroubleSource } from '../../state/page-store';
import type { Trouble } from '../../trouble';

/** What went wrong, what to do about it, and the next step as a button. */
export function TroubleBanner({ source, trouble }: { source: TroubleSource; trouble: Trouble }) {
  const { act, report } = usePageActions();
  return (
    <section className="banner trouble" role="alert">
      <p>
        <strong>{trouble.what}</strong> {trouble.advice}
      </p>
      <div className="banner-actions">
        {trouble.actions.map((action) => (
          <button key={action.label} type="button" onClick={() => act(source, action)}>
            {action.label}
          </button>
        ))}
        <button type="button" aria-label="Dismiss" onClick={() => report(source, null)}>
          ✕
        </button>
      </div>
    </section>
  );
}
