import { useState } from 'react';
import type { ModelChoice as Choice } from '../../state/models-state';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { MemoryPlan, PlannedPrecision } from '../../worker/protocol';
import { formatBytes, formatCompact, formatCount } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';

/** Long work that would go on with another model than it began with. */
const selectBusy = ({ needleLab, perplexity, calibrating, speed }: PageState) =>
  needleLab.progress !== null ||
  perplexity.measuring !== null ||
  calibrating !== null ||
  speed.measuring !== null;

/** What the chosen model would take, and the last word about it. */
export function ModelChoice({ choice: { title, request, plan } }: { choice: Choice }) {
  const busy = usePage(selectBusy);
  const { dropChoice, loadChoice } = usePageActions();
  const [wished, setWished] = useState<PlannedPrecision['precision'] | null>(null);
  const [keep, setKeep] = useState(request.keep ?? false);
  if (!plan) {
    return (
      <section className="model-choice" aria-label="Chosen model">
        <p role="status">Looking at {title} …</p>
        <button type="button" onClick={dropChoice}>
          Cancel
        </button>
      </section>
    );
  }
  const precision = wished ?? bestOf(plan);
  const { problem } = plannedAs(plan, precision);
  return (
    <section className="model-choice" aria-label="Chosen model">
      <p>
        <b>{plan.name}</b>: {formatCompact(plan.parameters)} parameters,{' '}
        {formatBytes(plan.storedBytes)} of weights, {plan.layers} layers, {plan.heads} heads over{' '}
        {plan.kvHeads} KV heads, a context of {formatCount(plan.contextLength)} tokens
        {plan.hasTokenizer ? '' : '; without tokenizer.json it can run token ids only'}.
      </p>
      <FitTable plan={plan} precision={precision} choose={setWished} />
      {problem && (
        <p className="problem">
          {problem.what} {problem.advice}
        </p>
      )}
      <Offers plan={plan} precision={precision} choose={setWished} />
      {request.source.kind !== 'files' && (
        <label>
          <input
            type="checkbox"
            checked={keep}
            onChange={(event) => setKeep(event.target.checked)}
          />{' '}
          keep it in this browser, so that it works without a connection afterwards
        </label>
      )}
      <p className="choice-actions">
        <button
          type="button"
          className="primary"
          disabled={busy}
          onClick={() => void loadChoice(precision, keep)}
        >
          {problem ? 'Load anyway' : 'Load'}
        </button>
        <button type="button" onClick={dropChoice}>
          Choose another
        </button>
        {busy && <span className="hint">A measurement is under way; stop it first.</span>}
      </p>
    </section>
  );
}

interface FitProps {
  plan: MemoryPlan;
  precision: PlannedPrecision['precision'];
  choose: (precision: PlannedPrecision['precision']) => void;
}

function FitTable({ plan, precision, choose }: FitProps) {
  return (
    <TableScroll label="Memory that the model would take">
      <table className="fit-table">
        <caption>
          For a run of {formatCount(plan.length)} tokens. The adapter allows buffers of{' '}
          {formatBytes(plan.mostBufferBytes)}
          {plan.deviceBytes !== null && `; the device has ${formatBytes(plan.deviceBytes)}`}.
        </caption>
        <thead>
          <tr>
            <th scope="col">precision</th>
            <th scope="col">weights</th>
            <th scope="col">KV cache</th>
            <th scope="col">work</th>
            <th scope="col">all</th>
            <th scope="col">fits</th>
          </tr>
        </thead>
        <tbody>
          {plan.precisions.map((planned) => (
            <tr key={planned.precision}>
              <th scope="row">
                <label>
                  <input
                    type="radio"
                    name="precision"
                    checked={planned.precision === precision}
                    onChange={() => choose(planned.precision)}
                  />{' '}
                  {planned.precision}
                </label>
              </th>
              <td>{formatBytes(planned.weightBytes)}</td>
              <td>{formatBytes(planned.kvBytes)}</td>
              <td>{formatBytes(planned.workBytes)}</td>
              <td>{formatBytes(planned.weightBytes + planned.kvBytes + planned.workBytes)}</td>
              <td>{planned.problem ? 'no' : 'yes'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** What would fit, as buttons that do it. */
function Offers({ plan, precision, choose }: FitProps) {
  const { changeNumber, choosePreset, chooseModelAgain } = usePageActions();
  const planned = plannedAs(plan, precision);
  if (!planned.problem) return null;
  const smaller = plan.precisions.find(
    (other) => !other.problem && other.weightBytes < planned.weightBytes,
  );
  const shorten = () => {
    changeNumber('length', plan.shorterLength);
    void chooseModelAgain();
  };
  return (
    <p className="choice-actions">
      {smaller && (
        <button type="button" onClick={() => choose(smaller.precision)}>
          Take {smaller.precision}
        </button>
      )}
      {plan.shorterLength < plan.length && (
        <button type="button" onClick={shorten}>
          Prompts of {formatCount(plan.shorterLength)} tokens
        </button>
      )}
      {planned.boundedKvBytes < planned.kvBytes && (
        <button type="button" onClick={() => choosePreset('streaming-llm')}>
          Keep a window only (StreamingLLM): {formatBytes(planned.boundedKvBytes)} of KV cache
        </button>
      )}
    </p>
  );
}

function plannedAs({ precisions }: MemoryPlan, wanted: PlannedPrecision['precision']) {
  return precisions.find(({ precision }) => precision === wanted) ?? precisions[0];
}

/** What 'auto' takes, or else what fits. */
function bestOf(plan: MemoryPlan): PlannedPrecision['precision'] {
  const preferred = plannedAs(plan, plan.preferred);
  const fitting = plan.precisions.find(({ problem }) => !problem);
  return preferred.problem && fitting ? fitting.precision : preferred.precision;
}
