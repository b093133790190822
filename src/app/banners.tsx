import { formatCount } from '../panels/parts/numbers';
import { usePage, usePageActions, usePageStore } from '../state/page-context';
import type { PageState, TroubleSource } from '../state/page-store';
import type { Trouble } from '../trouble';

const selectTroubles = (state: PageState) => state.troubles;
const selectDevice = (state: PageState) => state.device;

const SOURCES: TroubleSource[] = ['load', 'address', 'prompt', 'run', 'view'];

/** What went wrong, what to do about it, and the next step as a button. */
export function Banners() {
  const troubles = usePage(selectTroubles);
  return (
    <div className="banners">
      <DeviceNotice />
      {SOURCES.map((source) => {
        const trouble = troubles[source];
        return trouble && <TroubleBanner key={source} source={source} trouble={trouble} />;
      })}
    </div>
  );
}

function TroubleBanner({ source, trouble }: { source: TroubleSource; trouble: Trouble }) {
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

function DeviceNotice() {
  const device = usePage(selectDevice);
  const store = usePageStore();
  if (!device) return null;
  const { state, reason, replayedTokens } = device;
  return (
    <section className="banner notice" role="status">
      <p>
        {state === 'lost' ? (
          <>
            <strong>The GPU device was lost.</strong> Restarting it and replaying the run …
          </>
        ) : (
          <>
            <strong>The GPU device was lost and has been restarted.</strong>{' '}
            {replayedTokens > 0
              ? `${formatCount(replayedTokens)} tokens were replayed; the run is where it was.`
              : 'Nothing had to be replayed.'}
          </>
        )}
        {reason && <span className="hint"> Reason: {reason}</span>}
      </p>
      {state === 'restored' && (
        <div className="banner-actions">
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => store.setState({ device: null })}
          >
            ✕
          </button>
        </div>
      )}
    </section>
  );
}
