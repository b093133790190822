import { useEffect, useMemo, useRef } from 'react';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { GeneratedToken } from '../../state/run-report';
import { PaperLink } from '../parts/info';
import { formatCount, formatMs, formatShort } from '../parts/numbers';
import { FoldingPanel } from '../parts/panel';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { KernelTimes } from './kernel-times';
import { StageTimes } from './stage-times';
import { stepTimes } from './step-times';
import { TIMING_EXPORTS } from './timing-exports';
import { createTokenTimesChart, type TokenTimesChart } from './token-times-chart';
import { Traffic } from './traffic';
import './timing-panel.css';

const NO_TOKENS: GeneratedToken[] = [];

const selectPrefill = (state: PageState) => state.run?.prefill ?? null;
const selectGenerated = (state: PageState) => state.run?.generated ?? NO_TOKENS;

/** How long reading the prompt and each new token took. */
export function TimingPanel() {
  const prefill = usePage(selectPrefill);
  const generated = usePage(selectGenerated);
  const times = useMemo(() => stepTimes(generated), [generated]);
  const decodeMs = generated.at(-1)?.decodeMs ?? 0;
  return (
    <FoldingPanel name="timing" title="Time" info={<AboutTiming />} exports={TIMING_EXPORTS}>
      <table className="timing-table">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">Tokens</th>
            <th scope="col">Time</th>
            <th scope="col">per token</th>
            <th scope="col">tokens/s</th>
          </tr>
        </thead>
        <tbody>
          <PhaseRow name="prefill" tokens={prefill?.done ?? 0} ms={prefill?.ms ?? 0} />
          <PhaseRow name="decode" tokens={times.length} ms={decodeMs} />
        </tbody>
      </table>
      <Traffic />
      <StageTimes />
      <TokenTimes times={times} />
      <details>
        <summary>Table: time of each token</summary>
        <TableScroll label="Time of each token">
          <table>
            <thead>
              <tr>
                <th scope="col">Token</th>
                <th scope="col">Text</th>
                <th scope="col">Time</th>
              </tr>
            </thead>
            <tbody>
              {generated.map(({ piece, decodeMs: until }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: tokens only ever come at the end
                <tr key={index}>
                  <td className="number">{index + 1}</td>
                  <td className="mono">{quoted(piece)}</td>
                  <td className="number">
                    {index === 0
                      ? 'with the prompt'
                      : formatMs(until - generated[index - 1].decodeMs)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </details>
      <KernelTimes />
    </FoldingPanel>
  );
}

function PhaseRow({ name, tokens, ms }: { name: string; tokens: number; ms: number }) {
  const known = tokens > 0 && ms > 0;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{known ? formatCount(tokens) : '–'}</td>
      <td className="number">{known ? formatMs(ms) : '–'}</td>
      <td className="number">{known ? formatMs(ms / tokens) : '–'}</td>
      <td className="number">{known ? formatShort((tokens * 1000) / ms) : '–'}</td>
    </tr>
  );
}

function TokenTimes({ times }: { times: number[] }) {
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<TokenTimesChart>(null);
  useEffect(() => {
    if (!node.current) return;
    const created = createTokenTimesChart(node.current);
    chart.current = created;
    return () => created.destroy();
  }, []);
  useEffect(() => chart.current?.update(times), [times]);
  return (
    <div
      ref={node}
      className="token-times"
      role="img"
      aria-label="Time of each generated token in milliseconds; the numbers are in the table below."
    />
  );
}

function AboutTiming() {
  return (
    <>
      <p>
        Prefill is the time to read the prompt in chunks; decode is the time of one new token after
        another. Both are measured around the GPU’s work, so they include what the panels ask for in
        between. The first token of the answer comes out of the prompt’s last chunk.
      </p>
      <p>
        “Time stages” makes the next run time selection (choosing pairs and entries), attention and
        the rest of the model apart on the GPU, where the adapter can tell; the run is a little
        slower with it. “Measure kernels” runs the present setup apart, each kernel in a pass of its
        own; browsers round such times, so means over many steps are shown.
      </p>
      <p className="formula">
        intensity = FLOPs / bytes; attained ≤ min(peak FLOP/s, bytes/s · intensity); ridge = peak
        FLOP/s / bytes/s
      </p>
      <p>
        The roofline says what bounds a kernel: left of the ridge the memory, right of it the
        arithmetic. Bytes are those of inputs and outputs, each moved once; a kernel whose inputs
        the GPU’s caches still hold can come out above the slope.
      </p>
      <p>
        Try: compare the two phases. A decode step reads every weight for one token, so it lies left
        of the ridge; a long chunk uses each weight for many tokens and moves right. Then double the
        length with “keep all” and with a window, and compare the time per token.
      </p>
      <PaperLink
        title="Roofline: An Insightful Visual Performance Model for Multicore Architectures"
        authors="Williams, Waterman, Patterson"
        year={2009}
        arxiv={null}
      />
      <PaperLink
        title="LLM Inference Unveiled: Survey and Roofline Model Insights"
        authors="Yuan et al."
        year={2024}
        arxiv="2402.16363"
      />
    </>
  );
}
