import { formatCount } from '../panels/parts/numbers';
import { usePage, usePageActions, usePageStore } from '../state/page-context';
import type { PageState, TroubleSource } from '../state/page-store';
import type { Trouble } from '../trouble';

const selectTroubles = (state: PageState) => state.troubles;
const selectDevice = (state: PageState) => state.device;

const SOURCES: TroubleSource[] = [
  'load',
  'address',
  'prompt',
  'calibration',
  'run',
  'compare',
  'needle-lab',
  'perplexity',
  'speed',
  'view',
];

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
  const troubles = usePage(selectTroubles);
  const store = usePageStore();
  if (!device || (device.state === 'failed' && troubles.run?.code === 'device-lost')) return null;
  const { state, reason, replayedTokens } = device;
  return (
    <section
      className={`banner ${state === 'failed' ? 'trouble' : 'notice'}`}
      role={state === 'failed' ? 'alert' : 'status'}
    >
      <p>
        <strong>{DEVICE_NEWS[state]}</strong>{' '}
        {state === 'restored' &&
          (replayedTokens > 0
            ? `${formatCount(replayedTokens)} tokens were replayed; the run is where it was.`
            : 'Nothing had to be replayed.')}
        {reason && <span className="hint"> Reason: {reason}</span>}
      </p>
      <div className="banner-actions">
        {state === 'failed' && (
          <button type="button" onClick={() => location.reload()}>
            Reload the page
          </button>
        )}
        {state === 'restored' && (
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => store.setState({ device: null })}
          >
            ✕
          </button>
        )}
      </div>
    </section>
  );
}

const DEVICE_NEWS = {
  lost: 'The GPU device was lost. A new one is being set up …',
  restored: 'The GPU device was lost and has been restarted.',
  failed: 'The GPU device was lost and could not be replaced.',
};
