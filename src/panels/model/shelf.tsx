import { useEffect, useState } from 'react';
import { hubAddress } from '../../state/hub-address';
import { usePageActions } from '../../state/page-context';
import { fetchShelf, type ShelfModel } from '../../state/shelf';
import { hubSource, parseSource } from '../../worker/protocol';
import { formatBytes, formatCompact, formatCount } from '../parts/numbers';

/** Good first choices. */
export function Shelf() {
  const [shelf, setShelf] = useState<ShelfModel[] | null>(null);
  useEffect(() => {
    // Without a shelf, every other way to a model is still there.
    fetchShelf().then(setShelf, () => setShelf([]));
  }, []);
  if (!shelf) return null;
  return (
    <>
      <ShelfSection
        title="Came with the page"
        models={shelf.filter(({ shipped }) => shipped === true)}
      />
      <ShelfSection title="Good first choices" models={shelf.filter(({ shipped }) => !shipped)} />
    </>
  );
}

function ShelfSection({ title, models }: { title: string; models: ShelfModel[] }) {
  if (models.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className="shelf">
        {models.map((model) => (
          <ShelfRow key={model.id} model={model} />
        ))}
      </ul>
    </section>
  );
}

function ShelfRow({ model }: { model: ShelfModel }) {
  const { chooseModel } = usePageActions();
  const { id, title, parameters, downloadMB, context, licence, why, gated, shipped } = model;
  const choose = () =>
    void chooseModel(shipped ? title : id, {
      source: shipped ? parseSource(`${id}/`, location.href) : hubSource(id),
      precision: 'auto',
      keep: !shipped,
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
