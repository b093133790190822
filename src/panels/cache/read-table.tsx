import { usePage } from '../../state/page-context';
import type { PageState, RunView } from '../../state/page-store';
import type { Accounting, ModelInfo } from '../../worker/protocol';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatPercent,
  formatShort,
} from '../parts/numbers';
import { bytesReadAStep, entriesReadAStep, type Share } from './shares';

const selectRun = (state: PageState) => state.run;
const selectModel = (state: PageState) => state.model;

/** What the run computed and read, beside dense attention; live while it goes on. */
export function ReadTable() {
  const run = usePage(selectRun);
  const model = usePage(selectModel);
  if (!run?.accounting || !model) return null;
  return <AccountingTable run={run} accounting={run.accounting} model={model} />;
}

interface AccountingTableProps {
  run: Pick<RunView, 'prompt'>;
  accounting: Accounting;
  model: ModelInfo;
}

export function AccountingTable({ run, accounting, model }: AccountingTableProps) {
  const { pairs, causalPairs, steps } = accounting;
  const promptTokens = run.prompt.ids.length;
  return (
    <table className="read-table">
      <caption>Computed and read, counted on the GPU</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">this run</th>
          <th scope="col">dense</th>
          <th scope="col">share</th>
        </tr>
      </thead>
      <tbody>
        <ShareRow
          name="pairs (density)"
          about="Pairs of query and key computed while the prompt was read, in all layers and heads"
          share={{ used: pairs, dense: causalPairs }}
          format={formatCompact}
        />
        <ShareRow
          name="entries/step"
          about={`Entries that a query head reads in a decode step, mean over ${formatCount(steps)} steps, all layers and heads`}
          share={entriesReadAStep(accounting, promptTokens)}
          format={formatShort}
        />
        <ShareRow
          name="bytes/step"
          about="Bytes of keys and values read in a decode step; each query head reads for itself"
          share={bytesReadAStep(accounting, promptTokens, model)}
          format={formatBytes}
        />
      </tbody>
    </table>
  );
}

interface ShareRowProps {
  name: string;
  about: string;
  /** null: nothing yet. */
  share: Share | null;
  format(value: number): string;
}

function ShareRow({ name, about, share, format }: ShareRowProps) {
  const known = share !== null && share.dense > 0;
  const cell = (value: number) => (
    <td className="number" title={formatCount(value)}>
      {format(value)}
    </td>
  );
  return (
    <tr>
      <th scope="row" title={about}>
        {name}
      </th>
      {known ? cell(share.used) : <td className="number">–</td>}
      {known ? cell(share.dense) : <td className="number">–</td>}
      <td className="number">{known ? formatPercent(share.used / share.dense) : '–'}</td>
    </tr>
  );
}
