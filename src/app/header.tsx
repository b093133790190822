import { formatBytes, formatCount } from '../panels/parts/numbers';
import { usePage } from '../state/page-context';
import type { PageState } from '../state/page-store';
import { chooseTheme, THEMES, type Theme, useTheme } from '../state/theme';
import { ExportRunButton } from './export-run';
import { HelpButton } from './help';
import { ShareButton } from './share';

const selectModel = (state: PageState) => state.model;
const selectLoad = (state: PageState) => state.load;
const selectStatus = ({ troubles, device, model, activity }: PageState): Status => {
  if (device?.state === 'lost') return 'restarting';
  if (device?.state === 'failed') return 'trouble';
  if (!model) return troubles.load ? 'trouble' : 'loading';
  return activity === 'idle' ? (troubles.run ? 'trouble' : 'ready') : activity;
};

type Status = 'loading' | 'ready' | 'running' | 'paused' | 'trouble' | 'restarting';

export function Header() {
  return (
    <header className="page-head">
      <h1>Needlescope</h1>
      <ModelLine />
      <StatusLine />
      <div className="page-tools">
        <ShareButton />
        <ExportRunButton />
        <ThemeChoice />
        <HelpButton />
      </div>
    </header>
  );
}

function ModelLine() {
  const model = usePage(selectModel);
  if (!model) return <p className="model-line" />;
  const { name, parameters, layers, heads, precision, weightBytes, adapter } = model;
  return (
    <p className="model-line">
      <span title={`${layers} layers, ${heads} heads, ${formatBytes(weightBytes)} of weights`}>
        model <b>{name}</b> {formatCount(parameters)} parameters, {precision}
      </span>{' '}
      <span title={adapter.features.join(', ')}>
        adapter <b>{adapter.name}</b>
      </span>
    </p>
  );
}

function StatusLine() {
  const status = usePage(selectStatus);
  return (
    <div className="status-line">
      <p role="status">
        <span className={`status-dot ${status}`} aria-hidden="true" /> {status}
      </p>
      {status === 'loading' && <LoadProgress />}
    </div>
  );
}

function LoadProgress() {
  const load = usePage(selectLoad);
  if (!load) return <p className="load-progress">starting …</p>;
  const { phase, done, total } = load;
  const text =
    phase === 'read'
      ? `${formatBytes(done)} of ${formatBytes(total)}`
      : `compiling ${done}/${total} shaders`;
  return (
    <p className="load-progress">
      <progress aria-label="Loading the model" max={Math.max(total, 1)} value={done} /> {text}
    </p>
  );
}

function ThemeChoice() {
  const theme = useTheme();
  return (
    <label>
      theme{' '}
      <select value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
