import { useEffect, useRef } from 'react';
import { shownComparison } from '../../state/comparison';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { DivergenceStep } from '../../worker/protocol';
import { formatShort, formatWeight } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { quoted } from '../parts/token-text';
import { createTooltip } from '../parts/tooltip';
import { createKlChart, differsAtTop, type KlChart } from './kl-chart';

const selectDivergence = (state: PageState) => shownComparison(state)?.divergence ?? null;
const selectPromptLength = (state: PageState) => state.run?.prompt.ids.length ?? 0;
const selectQuery = (state: PageState) => state.selection.query;

/** How far the second run's next-token distributions are from the first's, along the first one's answer. */
export function DivergenceView() {
  const divergence = usePage(selectDivergence);
  const promptLength = usePage(selectPromptLength);
  const query = usePage(selectQuery);
  const { select } = usePageActions();
  const store = usePageStore();
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<KlChart>(null);
  const isThere = divergence !== null && divergence.answerTokens > 0;

  useEffect(() => {
    if (!node.current || !isThere) return;
    const tooltip = createTooltip();
    const created = createKlChart(node.current, {
      onHover(index, clientX, clientY) {
        const steps = selectDivergence(store.getState())?.steps ?? [];
        if (index === null || !steps[index]) return tooltip.hide();
        tooltip.show(clientX, clientY, describe(steps[index], index));
      },
      onPick: (index) => select(rowOf(selectPromptLength(store.getState()), index)),
    });
    chart.current = created;
    return () => {
      created.destroy();
      tooltip.destroy();
    };
  }, [isThere, store, select]);

  const picked = query === null ? null : query - promptLength + 1;
  useEffect(() => {
    if (!divergence) return;
    const { steps, answerTokens: tokens, firstDifference } = divergence;
    chart.current?.update({ steps, tokens, firstDifference, picked });
  }, [divergence, picked]);

  if (!isThere) return null;
  const { steps, answerTokens } = divergence;
  return (
    <section className="divergence" aria-label="Divergence along the answer of A">
      <h3>
        KL along A’s answer <span className="hint">{summaryOf(steps, answerTokens)}</span>
      </h3>
      <div
        ref={node}
        className="kl-chart"
        role="img"
        aria-label="KL divergence of B from A at each token of A’s answer, in nats; the numbers are in the table below."
      />
      <details>
        <summary>Table: KL by token</summary>
        <TableScroll label="KL by token">
          <table>
            <caption>
              Both runs were fed the prompt and A’s answer up to the token. Click one to see what it
              was drawn from in all panels.
            </caption>
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">Token of A</th>
                <th scope="col" className="number">
                  KL, nats
                </th>
                <th scope="col" className="number">
                  p in A
                </th>
                <th scope="col" className="number">
                  p in B
                </th>
                <th scope="col">Most likely in B</th>
              </tr>
            </thead>
            <tbody>
              {steps.map((step, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the answer
                <tr key={index}>
                  <td className="number">{index + 1}</td>
                  <td className="mono">
                    <button
                      type="button"
                      className="small"
                      onClick={() => select(rowOf(promptLength, index))}
                    >
                      {quoted(step.piece)}
                    </button>
                  </td>
                  <td className="number">{formatKl(step.kl)}</td>
                  <td className="number">{formatWeight(Math.exp(step.logP))}</td>
                  <td className="number">{formatWeight(Math.exp(step.logQ))}</td>
                  <td className="mono">
                    {differsAtTop(step) ? `≠ ${quoted(step.pieceQ)}` : 'the same'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </details>
    </section>
  );
}

/** The row that a token of the answer was drawn from: the token before it. */
function rowOf(promptLength: number, index: number) {
  return { query: promptLength - 1 + index, key: null };
}

function summaryOf(steps: DivergenceStep[], answerTokens: number): string {
  if (steps.length === 0) return 'not measured yet';
  const mean = steps.reduce((sum, { kl }) => sum + kl, 0) / steps.length;
  const same = steps.filter((step) => !differsAtTop(step)).length;
  const some =
    steps.length < answerTokens ? `first ${steps.length} of ${answerTokens} tokens · ` : '';
  return `${some}mean ${formatKl(mean)} nats · same most likely token at ${same} of ${steps.length}`;
}

function describe(step: DivergenceStep, index: number): string[] {
  const { piece, kl, logP, logQ, pieceQ } = step;
  return [
    `token ${index + 1} of A’s answer · ${quoted(piece)}`,
    `KL ${formatKl(kl)} nats`,
    `p ${formatWeight(Math.exp(logP))} in A, ${formatWeight(Math.exp(logQ))} in B`,
    differsAtTop(step)
      ? `B finds ${quoted(pieceQ)} most likely`
      : 'both find the same token most likely',
  ];
}

/** Below 10⁻⁶ nats there is only rounding. */
function formatKl(kl: number): string {
  if (kl < 1e-6) return '0';
  return kl < 0.001 ? kl.toExponential(1) : formatShort(kl);
}
