import type { LoadingModel } from '../../state/models-state';
import { usePageActions } from '../../state/page-context';
import { formatBytes, formatCount, formatMs } from '../parts/numbers';

/** What is under way, how much of it, how fast, how long still, and Cancel. */
export function LoadProgress({ loading }: { loading: LoadingModel }) {
  const { cancelLoad } = usePageActions();
  const { title, progress, note } = loading;
  return (
    <section className="load-model" aria-label="Loading">
      <p>
        Loading <b>{title}</b>
      </p>
      <progress
        aria-label={`Loading ${title}`}
        {...(progress ? { max: Math.max(progress.total, 1), value: progress.done } : {})}
      />
      <p className="load-text">{describeLoad(loading, performance.now())}</p>
      {note && <p className="hint">{note}</p>}
      <p>
        <button type="button" onClick={cancelLoad}>
          Cancel
        </button>{' '}
        <span className="hint">What was fetched is kept; the present model stays.</span>
      </p>
    </section>
  );
}

/** "model.safetensors: 12.1 MB of 269 MB from the network, 8.2 MB/s, 31 s left" */
export function describeLoad({ progress, begunAt, doneBefore }: LoadingModel, now: number): string {
  if (!progress) return 'starting …';
  const { phase, done, total, file } = progress;
  if (phase === 'compile') return `compiling ${formatCount(done)} of ${formatCount(total)} shaders`;
  const seconds = (now - begunAt) / 1000;
  const rate = seconds > 0.5 ? (done - doneBefore) / seconds : 0;
  const parts = [`${formatBytes(done)} of ${formatBytes(total)}`];
  if (rate > 0) {
    parts.push(`${formatBytes(rate)}/s`);
    if (done < total) parts.push(`${formatMs((1000 * (total - done)) / rate)} left`);
  }
  const what = phase === 'download' ? `fetching ${file ?? 'the files'}` : 'reading the weights';
  return `${what}: ${parts.join(', ')}`;
}
