import type { HeadlessHeads, HeadNumbers } from '../../../src/app/headless-types';

/** Hidden sinks that are listed; `--json` gives up to 200. */
const LISTED = 10;

/** What every head does, for people: a row for each layer. */
export function readableHeads(found: HeadlessHeads): string {
  const { queries, steps, sinks, retrievalCounted, curves, mass } = found;
  const { hidden, hiddenCount, threshold, firstSink } = sinks;
  const { position, share } = firstSink;
  const parts = [
    `${queries} tokens read, ${steps} emitted: ${found.answer}`,
    grid('Sink score: mean weight on the first token', found.sink, 3),
    grid('Entropy ÷ ln(keys seen)', found.entropy, 3),
    grid('Mean distance, tokens', found.distance, 1),
    grid('Influence (FAI): mean weight from the rows 10 to 100 tokens later', found.influence, 4),
  ];
  if (found.copy) parts.push(grid('Copy score: strongest key = emitted token', found.copy, 3));
  if (found.retrieval) parts.push(grid('Retrieval score: needle copied', found.retrieval, 3));
  else if (!retrievalCounted) parts.push('Retrieval score: none, the answer is not right.');
  parts.push(
    `Sink at position ${position}: above 0.3 in ${(share * 100).toFixed(0)} % of the heads.`,
    [
      `Hidden sinks (mean weight above ${threshold}, not the head's first): ${hiddenCount}`,
      ...hidden
        .slice(0, LISTED)
        .map(
          ({ layer, head, position, mean, rows }) =>
            `  position ${position} in head ${layer}.${head}: ${mean.toFixed(3)} over ${rows} rows`,
        ),
    ].join('\n'),
  );
  if (mass) parts.push(`Mass by position, a row for each layer\n${matrix(mass, 4)}`);
  if (curves) {
    const list = (heads: { layer: number; head: number }[]) =>
      heads.map(({ layer, head }) => `${layer}.${head}`).join(' ');
    parts.push(
      `WAAD by position, tokens; local heads ${list(curves.localHeads)}\n${matrix([curves.waad], 2)}`,
      `FAI by position; global heads ${list(curves.globalHeads)}\n${matrix([curves.fai], 4)}`,
    );
  }
  return parts.join('\n\n');
}

/** Rows of numbers, a dash for what is missing. */
export function matrix(rows: HeadNumbers[], places: number): string {
  return rows.map((row) => row.map((value) => value?.toFixed(places) ?? '-').join(' ')).join('\n');
}

function grid(title: string, rows: HeadNumbers[], places: number): string {
  return `${title}, a row for each layer\n${matrix(rows, places)}`;
}
