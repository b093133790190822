import { sinkShare } from '../../state/head-scores';
import { usePage, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { parameterProblem } from '../../state/setup';
import type { NumberParameter } from '../../strategies/schema';
import { formatPercent } from '../parts/numbers';
import { ParameterControl } from '../parts/parameter-control';

const THRESHOLD: NumberParameter = {
  kind: 'number',
  name: 'threshold',
  title: 'Threshold ε',
  unit: 'weight',
  min: 0,
  max: 1,
  step: 0.01,
  default: 0.3,
  meaning: 'A head whose mean weight on the first token is larger has its sink there.',
};

const selectView = (state: PageState) => state.headView;

/** How many heads have a sink at the first token, by a threshold that can be moved. */
export function SinkMetric({ sink }: { sink: ArrayLike<number> }) {
  const view = usePage(selectView);
  const store = usePageStore();
  const { threshold } = view;
  const above = Array.from(sink).filter((weight) => weight > threshold).length;
  return (
    <>
      <ParameterControl
        parameter={THRESHOLD}
        value={threshold}
        problem={parameterProblem(THRESHOLD, threshold)}
        onChange={(value) => store.setState({ headView: { ...view, threshold: Number(value) } })}
      />
      <p className="sink-metric">
        Sink₁<sup>{threshold}</sup> = <strong>{formatPercent(sinkShare(sink, threshold))}</strong>
        <span className="hint">
          {' '}
          {above} of {sink.length} heads, framed
        </span>
      </p>
    </>
  );
}
