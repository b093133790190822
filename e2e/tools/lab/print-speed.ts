import type { HeadlessBench, HeadlessPerplexity } from '../../../src/app/headless-types';
import type { KernelTimes } from '../../../src/worker/protocol';

/** Kernels of a phase that are listed; `--json` gives all. */
const KERNELS = 8;

/** A line a strategy. */
export function readablePerplexity({ model, adapter, tokens, runs }: HeadlessPerplexity): string {
  const rows = runs.map(({ title, read, perplexity, firstEviction, kvBytes, trouble }) => [
    title,
    perplexity === null ? '-' : perplexity.toPrecision(5),
    String(read),
    firstEviction === null ? 'none' : `token ${firstEviction}`,
    `${(kvBytes / 1024).toFixed(0)} KiB`,
    trouble?.what ?? '',
  ]);
  const head = ['strategy', 'perplexity', 'tokens read', 'first eviction', 'cache', ''];
  return [`${tokens} tokens, ${model} on ${adapter}`, ...columns([head, ...rows])].join('\n');
}

/** A line a length, then the longest kernels of the last one. */
export function readableBench(bench: HeadlessBench): string {
  const { model, adapter, precision, rows, roofline } = bench;
  const head = ['tokens', 'read/s', 'written/s', 'ms a token', 'dispatches a token', 'bytes back'];
  const table = rows.map((row) => [
    String(row.promptTokens),
    row.prefillTokensPerSecond.toFixed(0),
    row.decodeTokensPerSecond.toFixed(1),
    row.decodeMs.toFixed(2),
    row.dispatchesPerToken.toFixed(1),
    row.bytesReadBackPerToken.toFixed(1),
  ]);
  const kernels = rows.at(-1)?.kernels;
  const giga = (rate: number) => (rate / 1e9).toFixed(1);
  return [
    `${model}, ${precision}, on ${adapter}`,
    ...columns([head, ...table]),
    ...(roofline
      ? [
          `at best    ${giga(roofline.bytesPerSecond)} GB/s copied, ${giga(roofline.flopsPerSecond)} GFLOP/s in f32`,
        ]
      : []),
    ...(kernels
      ? [
          ...kernelLines('a decode step', kernels.decode),
          ...kernelLines(`a chunk of ${kernels.prefill.tokens} tokens`, kernels.prefill),
        ]
      : ['This adapter cannot time kernels.']),
  ].join('\n');
}

function kernelLines(what: string, { kernels }: KernelTimes): string[] {
  const all = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const perMs = (value: number | null, ms: number, unit: string) =>
    value && ms > 0 ? `${(value / ms / 1e6).toPrecision(3)} ${unit}` : '';
  const rows = kernels
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, KERNELS)
    .map(({ name, ms, flops, bytes }) => [
      `  ${name}`,
      `${ms.toFixed(3)} ms`,
      perMs(flops, ms, 'GFLOP/s'),
      perMs(bytes, ms, 'GB/s'),
    ]);
  return ['', `${what}: ${all.toFixed(2)} ms in kernels`, ...columns(rows)];
}

/** Cells padded to columns; the first is aligned left, the others right. */
function columns(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}
