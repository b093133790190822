import { formatCount } from '../panels/parts/numbers';
import { TroubleBanner } from '../panels/parts/trouble-banner';
import { usePage, usePageStore } from '../state/page-context';
import type { PageState, TroubleSource } from '../state/page-store';

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

/** All troubles of the page, and news of the device. */
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
