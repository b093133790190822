import { useEffect, useState } from 'react';
import { hubAddress } from '../../state/hub-address';
import { usePageActions } from '../../state/page-context';
import { fetchShelf, type ShelfModel } from '../../state/shelf';
import { hubSource } from '../../worker/protocol';
import { formatBytes, formatCompact, formatCount } from '../parts/numbers';

/** Good first choices. */
export function Shelf() {
  const [shelf, setShelf] = useState<ShelfModel[] | null>(null);
  useEffect(() => {
    // Without a shelf, every other way to a model is still there.
    fetchShelf().then(setShelf, () => setShelf([]));
  }, []);
  if (!shelf || shelf.length === 0) return null;
  return (
    <section aria-label="Good first choices">
      <h3>Good first choices</h3>
      <ul className="shelf">
        {shelf.map((model) => (
          <ShelfRow key={model.id} model={model} />
        ))}
      </ul>
    </section>
  );
}

function ShelfRow({ model }: { model: ShelfModel }) {
  const { chooseModel } = usePageActions();
  const { id, title, parameters, downloadMB, context, licence, why, gated } = model;
  const choose = () =>
    void chooseModel(id, {
      source: hubSource(id),
      precision: 'auto',
      keep: true,
      hub: hubAddress(),
    });
  return (
    <li>
      <div>
        <b>{title}</b>
        <p>{why}</p>
        <p className="hint">
          {formatCompact(parameters)} parameters · {formatBytes(downloadMB * 1e6)} ·{' '}
          {formatCount(context)} tokens · {licence}
          {gated && ' · needs a token: use the field above'}
        </p>
      </div>
      <button type="button" aria-label={`Choose ${title}`} onClick={choose}>
        Choose
      </button>
    </li>
  );
}
