import { hubAddress } from '../../state/hub-address';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { StoredModel } from '../../worker/protocol';
import { formatBytes } from '../parts/numbers';

const selectModels = (state: PageState) => state.models;

/** What this browser keeps. */
export function StoredModels() {
  const { stored, storage } = usePage(selectModels);
  if (!stored) return null;
  return (
    <section aria-label="Kept in this browser">
      <h3>Kept in this browser</h3>
      {stored.length === 0 ? (
        <p className="hint">No model yet.</p>
      ) : (
        <ul className="shelf">
          {stored.map((model) => (
            <StoredRow key={model.key} model={model} />
          ))}
        </ul>
      )}
      {storage && (
        <p className="hint">
          This page uses {formatBytes(storage.usage)} of {formatBytes(storage.quota)} that the
          browser allows
          {storage.persisted
            ? '; the browser will not clear it by itself.'
            : '; the browser may clear it when the disk is full.'}
        </p>
      )}
    </section>
  );
}

function StoredRow({ model }: { model: StoredModel }) {
  const { loading } = usePage(selectModels);
  const { chooseModel, deleteStored } = usePageActions();
  const { key, name, source, bytes, wholeBytes, complete, usedAt } = model;
  const choose = () =>
    void chooseModel(name, { source, precision: 'auto', keep: true, hub: hubAddress() });
  return (
    <li>
      <div>
        <b>{name}</b>
        <p className="hint">
          {complete
            ? formatBytes(bytes)
            : `${formatBytes(bytes)} of ${formatBytes(wholeBytes)} so far`}{' '}
          · last used {new Date(usedAt).toLocaleString()}
        </p>
      </div>
      <span className="stored-actions">
        <button
          type="button"
          aria-label={`${complete ? 'Choose' : 'Go on with'} ${name}`}
          disabled={loading !== null}
          onClick={choose}
        >
          {complete ? 'Choose' : 'Go on'}
        </button>
        <button
          type="button"
          aria-label={`Delete ${name}`}
          disabled={loading !== null}
          onClick={() => void deleteStored(key)}
        >
          Delete
        </button>
      </span>
    </li>
  );
}
