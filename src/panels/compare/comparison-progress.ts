import type { Comparison } from '../../state/comparison';
import { formatCount, formatMs, formatShort } from '../parts/numbers';
import { progressOf } from '../run/run-progress';

/** How far a comparison is, 0…1, and in words. */
export function describeComparison(
  { phase, report, progress }: Comparison,
  maxTokens: number,
): { share: number; text: string } {
  if (phase === 'answering') {
    const {
      phase: part,
      done,
      total,
      tokensPerSecond,
      remainingMs,
    } = progressOf({
      ...report,
      maxTokens,
    });
    const reads = part === 'prefill';
    const words = [
      `${reads ? 'B reads' : 'B writes'} ${formatCount(done)} of ${formatCount(total)}`,
    ];
    if (tokensPerSecond !== null) words.push(`${formatShort(tokensPerSecond)}/s`);
    if (remainingMs !== null) words.push(`${reads ? '' : '≤ '}${formatMs(remainingMs)} left`);
    return { share: total > 0 ? done / total : 0, text: words.join(' · ') };
  }
  if (phase === 'measuring') {
    const { done, total } = progress ?? { done: 0, total: 0 };
    const far = total > 0 ? `: ${formatCount(done)} of ${formatCount(total)} tokens` : '';
    return { share: total > 0 ? done / total : 0, text: `B is fed A’s answer${far}` };
  }
  return { share: report.result ? 1 : 0, text: endOf(report.result?.stopReason) };
}

function endOf(stopReason: string | undefined): string {
  if (stopReason === undefined) return 'There is no second answer.';
  return stopReason === 'stopped' ? 'Stopped.' : 'Compared.';
}
