import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { RunResult, StageMs } from '../../worker/protocol';
import { formatMs, formatPercent } from '../parts/numbers';

const selectNext = (state: PageState) => state.measures.timeStages;
const selectAsked = (state: PageState) => state.run?.measures.timeStages ?? false;
const selectResult = (state: PageState) => state.run?.result ?? null;

const STAGES = ['selection', 'attention', 'model'] as const;

/** Where the GPU's time went: choosing what to look at, looking, and the rest of the model. */
export function StageTimes() {
  const next = usePage(selectNext);
  const asked = usePage(selectAsked);
  const result = usePage(selectResult);
  const { measure } = usePageActions();
  return (
    <>
      <label title="Time what selects and what attends apart, in the next run">
        <input
          type="checkbox"
          checked={next}
          onChange={(event) => measure({ timeStages: event.target.checked })}
        />{' '}
        Time stages
      </label>
      {asked && result && <StageTable stageMs={result.stageMs} />}
    </>
  );
}

export function StageTable({ stageMs }: Pick<RunResult, 'stageMs'>) {
  if (!stageMs) {
    return (
      <p className="hint">This adapter cannot tell: it does not time stages of a submission.</p>
    );
  }
  return (
    <table className="timing-table">
      <caption>GPU time by stage</caption>
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col">selection</th>
          <th scope="col">attention</th>
          <th scope="col">rest</th>
        </tr>
      </thead>
      <tbody>
        <StageRow name="prefill" times={stageMs.prefill} />
        <StageRow name="decode" times={stageMs.decode} />
      </tbody>
    </table>
  );
}

function StageRow({ name, times }: { name: string; times: StageMs }) {
  const all = STAGES.reduce((sum, stage) => sum + times[stage], 0);
  return (
    <tr>
      <th scope="row">{name}</th>
      {STAGES.map((stage) => (
        <td key={stage} className="number">
          {all > 0 ? (
            <>
              {formatPercent(times[stage] / all)}
              <br />
              <span className="hint">{formatMs(times[stage])}</span>
            </>
          ) : (
            '–'
          )}
        </td>
      ))}
    </tr>
  );
}
