import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { useText } from '../../state/text';
import type { SinkReport } from '../../worker/protocol';
import type { Table } from '../parts/export-table';
import { formatCount, formatPercent } from '../parts/numbers';
import { FoldingPanel } from '../parts/panel';
import { quoted } from '../parts/token-text';
import { WeightLegend } from '../parts/weight-legend';
import { AboutSinks } from './about-sinks';
import { DropSinks } from './drop-sinks';
import { HiddenSinks } from './hidden-sinks';
import { MassTable } from './mass-table';
import { MassView } from './mass-view';
import './sinks-panel.css';

const selectSinks = (state: PageState) => state.inspection.sinks;
const selectHasRun = (state: PageState) => state.run !== null;

const EXPORTS = { picture: '.mass-strip, .weight-legend', numbers: massNumbers };

/** Where attention gathers whatever is asked, and what happens without it. */
export function SinksPanel() {
  return (
    <FoldingPanel
      name="sinks"
      title="Sinks"
      info={<AboutSinks />}
      tools={<WeightLegend />}
      exports={EXPORTS}
    >
      <Sinks />
      <DropSinks />
    </FoldingPanel>
  );
}

function Sinks() {
  const report = usePage(selectSinks);
  const hasRun = usePage(selectHasRun);
  if (!report) {
    return (
      <p className="hint">
        {hasRun
          ? 'Measured when the run has ended.'
          : 'Run the prompt to see where attention gathers.'}
      </p>
    );
  }
  return (
    <>
      <FirstSink report={report} />
      <MassView report={report} />
      <MassTable report={report} />
      <HiddenSinks report={report} />
    </>
  );
}

function FirstSink({ report }: { report: SinkReport }) {
  const { pieces } = useText();
  const { firstSink, sampledRows, positions } = report;
  const { position, share } = firstSink;
  return (
    <p className="hint">
      Most gathers at position {position} <span className="mono">{quoted(pieces[position])}</span>:{' '}
      {formatPercent(share)} of the heads give it more than 0.3 on average.{' '}
      {sampledRows < positions &&
        `From ${formatCount(sampledRows)} of ${formatCount(positions)} queries.`}
    </p>
  );
}

function massNumbers({ inspection, run }: PageState): Table | null {
  const { sinks } = inspection;
  if (!sinks || !run) return null;
  const { layers, positions, mass } = sinks;
  const columns = Array.from({ length: layers }, (_, layer) => `mass_layer_${layer}`);
  return {
    columns: ['position', 'token', ...columns],
    rows: Array.from({ length: positions }, (_, position) => [
      position,
      run.prompt.pieces[position] ??
        run.generated[position - run.prompt.pieces.length]?.piece ??
        '',
      ...columns.map((_column, layer) => {
        const value = mass[layer * positions + position];
        return Number.isNaN(value) ? null : value;
      }),
    ]),
  };
}
