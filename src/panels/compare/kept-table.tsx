import { useState } from 'react';
import type { Comparison } from '../../state/comparison';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { formatCount } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';
import { keptShares, meanShare } from './kept-shares';

const selectModel = (state: PageState) => state.model;

interface KeptTableProps {
  kept: NonNullable<Comparison['kept']>;
  promptLength: number;
  needleSpan: [number, number] | null;
}

/** Positions of the prompt by who kept them, for every layer and KV head. */
export function KeptTable(props: KeptTableProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Table: kept positions by head</summary>
      {isOpen && <Heads {...props} />}
    </details>
  );
}

function Heads({ kept, promptLength, needleSpan }: KeptTableProps) {
  const kvHeads = usePage(selectModel)?.kvHeads ?? 1;
  return (
    <TableScroll label="Kept positions by head">
      <table>
        <caption>Of {formatCount(promptLength)} positions of the prompt</caption>
        <thead>
          <tr>
            {['Layer', 'KV head', 'Both', 'Only A', 'Only B', 'Neither'].map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
            {needleSpan && (
              <th scope="col" className="number">
                Needle in A / B
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {kept.run.map((_, head) => {
            const shares = keptShares(kept, promptLength, [head]);
            const { both, onlyRun, onlyCompared, neither } = meanShare(shares, 0, promptLength);
            const needle = needleSpan && meanShare(shares, ...needleSpan);
            const tokens = needleSpan ? needleSpan[1] - needleSpan[0] : 0;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a head is its index
              <tr key={head}>
                <td className="number">{Math.floor(head / kvHeads)}</td>
                <td className="number">{head % kvHeads}</td>
                {[both, onlyRun, onlyCompared, neither].map((share, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the columns never move
                  <td key={column} className="number">
                    {formatCount(share * promptLength)}
                  </td>
                ))}
                {needle && (
                  <td className="number">
                    {Math.round((needle.both + needle.onlyRun) * tokens)} /{' '}
                    {Math.round((needle.both + needle.onlyCompared) * tokens)} of {tokens}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
