import { useId } from 'react';
import { isComplete, type PolicyRun } from '../../state/perplexity';
import { type PerplexityBin, perplexityOf } from '../../state/perplexity-bins';
import { LineSample } from '../parts/line-sample';
import { formatBytes, formatCount, formatMs, formatShort } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';

/** A run with the bins of its line. */
export interface Line extends PolicyRun {
  /** Place of the strategy in the list. */
  index: number;
  bins: PerplexityBin[];
}

/** One row a strategy: the whole text, and before and after something was evicted. */
export function SummaryTable({ lines }: { lines: Line[] }) {
  return (
    <TableScroll label="Perplexity by strategy">
      <table className="perplexity-summary">
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            <th scope="col">perplexity</th>
            <th scope="col">before eviction</th>
            <th scope="col">after it</th>
            <th scope="col">first eviction</th>
            <th scope="col">cache, end</th>
            <th scope="col">per token</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <SummaryRow key={line.title} line={line} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function SummaryRow({ line }: { line: Line }) {
  const { title, surprisals, read, firstEviction, kvBytes, ms, trouble } = line;
  const troubleId = useId();
  const border = firstEviction ?? read;
  const value = (from: number, to: number) => {
    const perplexity = perplexityOf(surprisals, from, Math.min(to, read));
    return perplexity === null ? '–' : formatShort(perplexity);
  };
  const partly = read > 0 && !isComplete(line);
  return (
    <>
      <tr>
        <th scope="row">
          <LineSample index={line.index} /> {title}
          {partly && <span className="hint"> · {formatCount(read)} tokens</span>}
        </th>
        <td className="number">{value(0, read)}</td>
        <td className="number">{value(0, border)}</td>
        <td className="number">{firstEviction === null ? '–' : value(border, read)}</td>
        <td className="number">{evictionText(line)}</td>
        <td className="number">{read > 0 ? formatBytes(kvBytes) : '–'}</td>
        <td className="number">{read > 0 ? formatMs(ms / read) : '–'}</td>
      </tr>
      {trouble && (
        <tr>
          <td colSpan={7} id={troubleId} className="problem">
            {trouble.what} {trouble.advice}
          </td>
        </tr>
      )}
    </>
  );
}

function evictionText({ read, firstEviction }: Line): string {
  if (firstEviction !== null) return `token ${formatCount(firstEviction)}`;
  return read > 0 ? 'none' : '–';
}

/** The chart as numbers. */
export function BinTable({ lines, title }: { lines: Line[]; title: string }) {
  const longest = lines.reduce<PerplexityBin[]>(
    (most, { bins }) => (bins.length > most.length ? bins : most),
    [],
  );
  return (
    <details>
      <summary>Table: {title} along the text</summary>
      <TableScroll label={`${title} along the text`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Tokens</th>
              {lines.map(({ title: strategy }) => (
                <th key={strategy} scope="col" className="number">
                  {strategy}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {longest.map(({ from, to }, row) => (
              <tr key={from}>
                <th scope="row" className="number">
                  {formatCount(from)}–{formatCount(to - 1)}
                </th>
                {lines.map(({ title: strategy, bins }) => (
                  <td key={strategy} className="number">
                    {bins[row] ? formatShort(bins[row].perplexity) : '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}
