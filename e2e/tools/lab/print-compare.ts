import type { HeadlessComparison, HeadlessRun } from '../../../src/app/headless-types';

/** Both runs as columns, then a line for each token of the first answer. */
export function readableComparison(found: HeadlessComparison): string {
  const { a, b, firstDifference, answerTokens, meanKl, sameTop, steps } = found;
  const row = (name: string, cell: (run: HeadlessRun) => string) =>
    `${name.padEnd(12)}${cell(a).padEnd(36)}${cell(b)}`;
  const measured = steps.length;
  return [
    row('', ({ strategy }) =>
      Object.values(strategy)
        .map(({ id }) => id)
        .join(' '),
    ),
    row('answer', ({ answer, correct }) => `${answer}${verdict(correct)}`),
    row('cache', ({ kvBytes: { end, peak } }) => `${kilobytes(end)}, at most ${kilobytes(peak)}`),
    row('computed', ({ accounting }) => `${percent(accounting.density)} of the causal pairs`),
    row('read', ({ accounting }) => `${accounting.entriesPerStep.toFixed(1)} entries a step`),
    row('prefill', ({ prefillMs }) => `${prefillMs.toFixed(0)} ms`),
    row('decode', ({ decodeMs }) => `${decodeMs.toFixed(0)} ms`),
    firstDifference === null
      ? 'The answers are the same.'
      : `The answers part at token ${firstDifference + 1}.`,
    `KL(A‖B) along the first answer (${measured} of ${answerTokens} tokens): mean ${meanKl?.toFixed(4) ?? '-'} nats; the same token most likely at ${sameTop}`,
    ...steps.map(({ piece, kl, logP, logQ, topP, topQ, pieceQ }, index) => {
      const token = JSON.stringify(piece).padEnd(16);
      const chances = `p ${Math.exp(logP).toFixed(4)} / ${Math.exp(logQ).toFixed(4)}`;
      const other = topP === topQ ? '' : `  B: ${JSON.stringify(pieceQ)}`;
      return `${String(index + 1).padStart(4)}  ${token}  ${kl.toFixed(4)}  ${chances}${other}`;
    }),
  ].join('\n');
}

function verdict(correct: boolean | null): string {
  return correct === null ? '' : correct ? ' ✓' : ' ✗';
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
