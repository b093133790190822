import { useState } from 'react';
import { isEngineFree } from '../../state/engine-use';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { SpeedProgress } from '../../state/speed';
import type { BenchResult, KernelTime, KernelTimes as Times } from '../../worker/protocol';
import { formatCount, formatMs, formatPercent, formatShort, formatSi } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { sumMs } from './roofline-points';
import { RooflineView } from './roofline-view';

const selectBench = (state: PageState) => state.speed.bench;
const selectMeasuring = (state: PageState) => state.speed.measuring;
const selectIsReady = (state: PageState) =>
  isEngineFree(state) && state.model?.hasTokenizer === true;

/** The kernels of the present setup one by one, and how near each comes to what the adapter can do. */
export function KernelTimes() {
  const bench = usePage(selectBench);
  const measuring = usePage(selectMeasuring);
  const isReady = usePage(selectIsReady);
  const { measureKernels, measureRoofline } = usePageActions();
  return (
    <section className="kernel-times" aria-label="Time by kernel">
      <div className="kernel-buttons">
        <button
          type="button"
          className="small"
          disabled={!isReady}
          title="Runs the present setup apart, with every kernel timed"
          onClick={() => void measureKernels()}
        >
          Measure kernels
        </button>
        <button
          type="button"
          className="small"
          disabled={!isReady}
          title="How fast this adapter copies and computes, in less than a second"
          onClick={() => void measureRoofline()}
        >
          Measure roofline
        </button>
      </div>
      {measuring && <Measuring progress={measuring} />}
      {bench && <Speeds bench={bench} />}
      {bench && !bench.kernels && (
        <p className="hint">
          This adapter cannot tell the time of kernels: it has no timestamp queries.
        </p>
      )}
      <RooflineView />
      {bench?.kernels && <Phases kernels={bench.kernels} />}
    </section>
  );
}

function Measuring({ progress: { what, done, total, begunAt } }: { progress: SpeedProgress }) {
  const { stop } = usePageActions();
  if (what === 'roofline') return <p className="hint">Measuring the adapter …</p>;
  const elapsed = performance.now() - begunAt;
  const parts = [`Measuring: ${formatCount(done)} of ${formatCount(total)} tokens`];
  if (done > 0) parts.push(`${formatMs((elapsed * (total - done)) / done)} left`);
  return (
    <div className="kernel-progress">
      <progress
        aria-label="Progress of the measurement"
        {...(total > 0 ? { max: total, value: done } : {})}
      />
      <button type="button" className="small" onClick={stop}>
        Stop
      </button>
      <p className="hint">{total > 0 ? parts.join(' · ') : 'Preparing …'}</p>
    </div>
  );
}

/** Whole submissions, as always: without timing single kernels. */
function Speeds({ bench }: { bench: BenchResult }) {
  const { promptTokens, prefillMs, decodeMs, traffic } = bench;
  return (
    <p className="hint">
      {formatCount(promptTokens)} tokens read at {formatShort((promptTokens * 1000) / prefillMs)}/s,
      then {formatShort(1000 / decodeMs)} tokens/s: {formatMs(decodeMs)},{' '}
      {formatShort(traffic.decode.dispatches)} dispatches and{' '}
      {formatShort(traffic.decode.bytesReadBack)} bytes read back a token.
    </p>
  );
}

const PHASES = ['decode', 'prefill'] as const;
type Phase = (typeof PHASES)[number];

function Phases({ kernels }: { kernels: NonNullable<BenchResult['kernels']> }) {
  const [phase, setPhase] = useState<Phase>('decode');
  const times = kernels[phase];
  return (
    <>
      <fieldset className="kernel-phases">
        <legend className="visually-hidden">Kernels of</legend>
        {PHASES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="kernel-phase"
              checked={phase === one}
              onChange={() => setPhase(one)}
            />{' '}
            {titleOf(one, kernels[one])}
          </label>
        ))}
      </fieldset>
      <Bars times={times} />
      <details>
        <summary>Table: kernels of {titleOf(phase, times)}</summary>
        <NumbersTable times={times} />
      </details>
    </>
  );
}

function titleOf(phase: Phase, { tokens }: Times): string {
  return phase === 'decode' ? 'a decode step' : `a chunk of ${formatCount(tokens)} tokens`;
}

const ROWS = 10;

/** The longest kernels, as bars. */
function Bars({ times: { kernels } }: { times: Times }) {
  const all = sumMs(kernels);
  const longest = kernels.toSorted((a, b) => b.ms - a.ms).slice(0, ROWS);
  return (
    <table className="kernel-bars">
      <caption>
        GPU time by kernel, {formatMs(all)} in all
        {kernels.length > ROWS && `; the longest ${ROWS} of ${kernels.length}`}
      </caption>
      <tbody>
        {longest.map(({ name, ms, stage }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="kernel-bar">
              <span className={stage} style={{ width: `${(100 * ms) / (longest[0].ms || 1)}%` }} />
            </td>
            <td className="number">{formatMs(ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NumbersTable({ times: { kernels, submissions } }: { times: Times }) {
  const all = sumMs(kernels);
  return (
    <TableScroll label="Kernels with their operations and bytes">
      <table className="timing-table">
        <caption>Means over {formatCount(submissions)}; FLOPs and bytes by formula</caption>
        <thead>
          <tr>
            <th scope="col">Kernel</th>
            <th scope="col">dispatches</th>
            <th scope="col">time</th>
            <th scope="col">share</th>
            <th scope="col">FLOPs</th>
            <th scope="col">bytes</th>
            <th scope="col">FLOP/byte</th>
            <th scope="col">FLOP/s</th>
            <th scope="col">B/s</th>
          </tr>
        </thead>
        <tbody>
          {kernels.map((kernel) => (
            <NumbersRow key={kernel.name} kernel={kernel} all={all} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function NumbersRow({ kernel, all }: { kernel: KernelTime; all: number }) {
  const { name, dispatches, ms, flops, bytes } = kernel;
  const known = (value: number | null, unit: string) =>
    value && Number.isFinite(value) ? formatSi(value, unit) : '–';
  const perSecond = (value: number | null) => value && (value / ms) * 1000;
  const intensity = flops === null || bytes === null ? null : flops / bytes;
  return (
    <tr>
      <th scope="row" title={`shaders/${kernel.kernel}`}>
        {name}
      </th>
      <td className="number">{formatShort(dispatches)}</td>
      <td className="number">{formatMs(ms)}</td>
      <td className="number">{all > 0 ? formatPercent(ms / all) : '–'}</td>
      <td className="number">{known(flops, '')}</td>
      <td className="number">{known(bytes, 'B')}</td>
      <td className="number">{intensity ? formatShort(intensity) : '–'}</td>
      <td className="number">{known(perSecond(flops), 'FLOP/s')}</td>
      <td className="number">{known(perSecond(bytes), 'B/s')}</td>
    </tr>
  );
}
