import { usePageActions } from '../../state/page-context';
import { useText } from '../../state/text';
import type { HiddenSink, SinkReport } from '../../worker/protocol';
import { formatCount, formatWeight } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';

/** Keys later in the text that gather attention as the first one does; they are marked in the text, too. */
export function HiddenSinks({ report }: { report: SinkReport }) {
  const { hidden, hiddenCount, threshold } = report;
  if (hiddenCount === 0) {
    return (
      <p className="hint">
        No hidden sinks: beside its first sink no head gives a key more than {threshold} on average.
      </p>
    );
  }
  return (
    <details open>
      <summary>
        {formatCount(hiddenCount)} hidden {hiddenCount === 1 ? 'sink' : 'sinks'}: mean weight above{' '}
        {threshold}
        {hidden.length < hiddenCount && `, the strongest ${hidden.length}`}
      </summary>
      <TableScroll label="Hidden sinks">
        <table className="hidden-sinks">
          <thead>
            <tr>
              <th scope="col">Token</th>
              <th scope="col">Head</th>
              <th scope="col" className="number">
                Mean weight
              </th>
              <th scope="col" className="number">
                Queries
              </th>
            </tr>
          </thead>
          <tbody>
            {hidden.map((sink) => (
              <HiddenRow key={`${sink.layer}.${sink.head} ${sink.position}`} sink={sink} />
            ))}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}

function HiddenRow({ sink: { layer, head, position, mean, rows } }: { sink: HiddenSink }) {
  const { pieces } = useText();
  const { select } = usePageActions();
  return (
    <tr>
      <td>
        <button
          type="button"
          className="small"
          aria-label={`Show position ${position} in head ${layer}.${head}`}
          onClick={() => select({ layer, head, key: position })}
        >
          {position}
        </button>{' '}
        <span className="mono">{quoted(pieces[position])}</span>
      </td>
      <td>
        {layer}.{head}
      </td>
      <td className="number">{formatWeight(mean)}</td>
      <td className="number">{formatCount(rows)}</td>
    </tr>
  );
}
