import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { MassRecall } from '../../worker/protocol';
import { formatPercent } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';

const selectAsked = (state: PageState) => state.run?.measures.recall ?? false;
const selectRecall = (state: PageState) => state.run?.result?.recall ?? null;

/** How much of dense attention's weight the run's pairs hold, once it has ended and if it was asked for. */
export function RecallLines() {
  const asked = usePage(selectAsked);
  const recall = usePage(selectRecall);
  if (!asked) return null;
  if (!recall) return <p className="hint">Mass recall is measured when the run ends.</p>;
  return <RecallTable recall={recall} />;
}

export function RecallTable({ recall }: { recall: MassRecall }) {
  const { prompt, decode, promptMean, decodeMean } = recall;
  const decoded = decodeMean !== null;
  return (
    <>
      <dl className="cache-numbers" aria-label="Mass recall">
        <dt>mass recall, prompt</dt>
        <dd>{formatPercent(promptMean)}</dd>
        <dt>mass recall, decode</dt>
        <dd>{decoded ? formatPercent(decodeMean) : '–'}</dd>
      </dl>
      <details>
        <summary>Table: mass recall of each head</summary>
        <TableScroll label="Mass recall of each head">
          <table>
            <thead>
              <tr>
                <th scope="col">Layer</th>
                <th scope="col">Head</th>
                <th scope="col">Prompt</th>
                <th scope="col">Decode</th>
              </tr>
            </thead>
            <tbody>
              {prompt.flatMap((heads, layer) =>
                heads.map((share, head) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: layer and head are what a row is
                  <tr key={`${layer}.${head}`}>
                    <td className="number">{layer}</td>
                    <td className="number">{head}</td>
                    <td className="number">{formatPercent(share)}</td>
                    <td className="number">{decoded ? formatPercent(decode[layer][head]) : '–'}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </TableScroll>
      </details>
    </>
  );
}
