import { useEffect, useRef, useState } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { TrainingCurves, TrainingPanel } from '../../worker/protocol';
import { LineSample } from '../parts/line-sample';
import { formatCompact, formatShort } from '../parts/numbers';
import { createTrainingChart, type TrainingChart } from './training-chart';
import { valueAt } from './value-at';

const selectFingerprint = (state: PageState) => state.model?.fingerprint ?? null;
/** Of the slider: the charts have no more points. */
const STEPS = 200;

/** How the loaded model came to be, where its folder tells. */
export function HowItLearned() {
  const fingerprint = usePage(selectFingerprint);
  const { trainingCurves } = usePageActions();
  const [found, setFound] = useState<TrainingCurves | null>(null);
  useEffect(() => {
    let wanted = true;
    setFound(null);
    if (fingerprint !== null) {
      // Without curves the model is as good as before.
      trainingCurves().then(
        (curves) => wanted && setFound(curves),
        () => {},
      );
    }
    return () => {
      wanted = false;
    };
  }, [fingerprint, trainingCurves]);
  if (!found) return null;
  return (
    <details className="how-it-learned">
      <summary>How it learned, in {formatCompact(found.tokens)} tokens</summary>
      <Panels training={found} />
    </details>
  );
}

function Panels({ training }: { training: TrainingCurves }) {
  const { tokens, released, panels } = training;
  const [at, setAt] = useState(tokens);
  return (
    <>
      <label className="training-at">
        After {formatCompact(at)} tokens
        <input
          type="range"
          min={0}
          max={tokens}
          step={tokens / STEPS}
          value={at}
          aria-valuetext={`${formatCompact(at)} tokens`}
          onChange={(event) => setAt(event.target.valueAsNumber)}
        />
      </label>
      {released !== null && (
        <p className="hint">
          The broken line, at {formatCompact(released)} tokens: until then the attention of layer 0
          was held at zero.
        </p>
      )}
      {panels.map((panel) => (
        <Curves key={panel.title} panel={panel} training={training} at={at} onPoint={setAt} />
      ))}
    </>
  );
}

interface CurvesProps {
  panel: TrainingPanel;
  training: TrainingCurves;
  /** Tokens seen where the cursor stands. */
  at: number;
  onPoint: (tokens: number) => void;
}

function Curves({ panel, training, at, onPoint }: CurvesProps) {
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<TrainingChart>(null);
  useEffect(() => {
    if (!node.current) return;
    const created = createTrainingChart(node.current, panel, training, onPoint);
    chart.current = created;
    return () => created.destroy();
  }, [panel, training, onPoint]);
  useEffect(() => chart.current?.update(at), [at]);
  return (
    <section aria-label={panel.title}>
      <h3>
        {panel.title} <span className="hint">({panel.unit})</span>
      </h3>
      <div ref={node} className="training-chart" role="img" />
      <ul className="training-legend">
        {panel.curves.map((curve, index) => {
          const value = valueAt(curve, at);
          return (
            <li key={curve.name}>
              <LineSample index={index} /> {curve.name}{' '}
              <b>{value === null ? '–' : formatShort(value)}</b>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
