import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { formatBytes, formatShort } from '../parts/numbers';

const selectAccounting = (state: PageState) => state.run?.accounting ?? null;
const selectRead = (state: PageState) => state.run?.prefill.done ?? 0;

/** What the run asks of the GPU, and what comes back, for each token; counted while it goes on. */
export function Traffic() {
  const accounting = usePage(selectAccounting);
  const read = usePage(selectRead);
  if (!accounting) return null;
  const { traffic, steps, bytesLookedUp } = accounting;
  const rows = [
    { phase: 'prefill', tokens: read, ...traffic.prefill },
    { phase: 'decode', tokens: steps, ...traffic.decode },
  ];
  return (
    <table className="timing-table">
      <caption>Asked of the GPU, and read back by the run itself</caption>
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col">dispatches/token</th>
          <th scope="col">bytes/token</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ phase, tokens, dispatches, bytesReadBack }) => (
          <tr key={phase}>
            <th scope="row">{phase}</th>
            <td className="number">{tokens > 0 ? formatShort(dispatches / tokens) : '–'}</td>
            <td className="number">{tokens > 0 ? formatShort(bytesReadBack / tokens) : '–'}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            read back by open panels and counters
          </th>
          <td className="number">{formatBytes(bytesLookedUp)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
