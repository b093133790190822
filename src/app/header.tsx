import { describeLoad } from '../panels/model/load-progress';
import { ModelDrawer } from '../panels/model/model-drawer';
import { formatCount } from '../panels/parts/numbers';
import { usePage } from '../state/page-context';
import type { PageState } from '../state/page-store';
import { chooseTheme, THEMES, type Theme, useTheme } from '../state/theme';
import { ExportRunButton } from './export-run';
import { HelpButton } from './help';
import { ShareButton } from './share';

const selectModel = (state: PageState) => state.model;
const selectLoad = (state: PageState) => state.models.loading;
const selectStatus = ({ troubles, device, model, models, activity }: PageState): Status => {
  if (device?.state === 'lost') return 'restarting';
  if (device?.state === 'failed') return 'trouble';
  if (models.loading) return 'loading';
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
  return (
    <div className="model-line">
      <ModelDrawer />
      {model && (
        <p>
          {formatCount(model.parameters)} parameters, {model.weightTypes} ·{' '}
          <span title={model.adapter.features.join(', ')}>
            adapter <b>{model.adapter.name}</b>
          </span>
        </p>
      )}
    </div>
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
  const loading = usePage(selectLoad);
  if (!loading) return <p className="load-progress">starting …</p>;
  const { progress } = loading;
  return (
    <p className="load-progress">
      <progress
        aria-label="Loading the model"
        {...(progress ? { max: Math.max(progress.total, 1), value: progress.done } : {})}
      />{' '}
      {describeLoad(loading, performance.now())}
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
