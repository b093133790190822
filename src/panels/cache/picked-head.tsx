import { usePage } from '../../state/page-context';
import { type HeadHistory, kvHeadOf, type PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import { viewedStep } from '../../state/viewed-step';
import { entryOf } from '../../strategies/registry';
import { describeDeparture, newestDeparture } from './departure';
import { DeparturesTable } from './departures-table';
import { HistoryView } from './history-view';

const selectHistory = (state: PageState) => state.inspection.history;
const selectModel = (state: PageState) => state.model;
const selectSelection = (state: PageState) => state.selection;
const selectRunId = (state: PageState) => state.run?.id ?? null;
const selectPolicy = (state: PageState) => state.run?.strategy.cache.id ?? null;

/** The entries of the picked KV head through time, and why one of them left. */
export function PickedHead() {
  const history = usePage(selectHistory);
  const model = usePage(selectModel);
  const { layer, head } = usePage(selectSelection);
  const row = usePage(viewedStep);
  const runId = usePage(selectRunId);
  const policy = usePage(selectPolicy);
  if (!history || !model || !policy || row === null) return null;
  const isOther = history.layer !== layer || history.kvHead !== kvHeadOf(model, head);
  return (
    <div className={isOther ? 'picked-head stale' : 'picked-head'}>
      <h3>
        Layer {history.layer}, KV head {history.kvHead}: age of entries
      </h3>
      <HistoryView key={runId} history={history} />
      <Reason history={history} row={row} policy={policy} />
      <DeparturesTable history={history} row={row} />
    </div>
  );
}

interface ReasonProps {
  history: HeadHistory;
  row: number;
  /** Id of the cache policy. */
  policy: string;
}

/** The picked key in words, and what makes entries leave under this policy. */
function Reason({ history, row, policy }: ReasonProps) {
  const { key } = usePage(selectSelection);
  const { pieces } = useText();
  const { title, leaving, scoreMeaning } = entryOf('cache', policy);
  const position = key ?? newestDeparture(history, row)?.position ?? null;
  return (
    <div className="reason hint">
      <p aria-live="polite">
        {position === null
          ? `Nothing has left this KV head${leaving ? ' yet' : ''}.`
          : `${key === null ? 'Newest to leave: ' : ''}${describeDeparture(history, position, row, pieces[position])}`}
      </p>
      {leaving && (
        <p>
          <b>{title}, why:</b> {leaving}
        </p>
      )}
      {scoreMeaning && (
        <p>
          <b>Score:</b> {scoreMeaning}.
        </p>
      )}
    </div>
  );
}
